import { type RedisPort, runScript, scanKeys } from '@breakwater/core/redis';
import type { SpacedKey } from '../bus/announcement.ts';
import { idIn } from '../generations/generation-id.ts';
import { NAMESPACE_TAG } from '../generations/generations.ts';
import { matchesGlob } from '../targets/glob.ts';
import type { Invalidations } from '../targets/target.ts';
import { MEASURE_ENTRIES } from './measure-script.ts';
import type { CacheKeys } from './redis-keys.ts';
import { type Failure, isFailure } from './redis-state.ts';
import type { RedisTier } from './redis-tier.ts';

/** An entry by its key in Redis. */
export interface NamedEntry {
  readonly entry: string;
  readonly bytes: number;
}

/**
 * Walks over Redis for the entries that an invalidation names, a page at a time; one may be named twice. By tag,
 * these are the entries that carry it as it is when the walk begins. Entries that ended with the whole namespace are
 * not named.
 *
 * @param spaces whose entries are looked at, for tags.
 * @throws what Redis rejects with.
 */
export type WalkRedis = (
  wanted: Invalidations,
  spaces: readonly string[],
) => AsyncGenerator<readonly NamedEntry[], 'done' | Failure>;

export interface WalkOptions {
  readonly redis: RedisPort;
  readonly tier: RedisTier;
  readonly keys: CacheKeys;
}

/** Keys that one script call measures: a script holds up everybody else's commands. */
const MEASURED_AT_ONCE = 100;

export function createRedisWalk({ redis, tier, keys }: WalkOptions): WalkRedis {
  async function* candidates(wanted: Invalidations, spaces: readonly string[]): AsyncGenerator<readonly string[]> {
    yield wanted.keys.map(([space, key]) => keys.entry({ space, key }));
    const patterns: SpacedKey[] = wanted.tags.length > 0 ? spaces.map((space) => [space, '*']) : [...wanted.patterns];
    for (const [space, glob] of patterns) {
      for await (const page of scanKeys(redis, keys.entryPattern(space, glob))) {
        yield page.filter((entry) => matchesGlob(glob, keys.keyOf(space, entry) ?? ''));
      }
    }
  }

  async function select(entries: readonly string[], stamps: readonly (string | Buffer)[]): Promise<NamedEntry[]> {
    const size = redis.nodes ? 1 : MEASURED_AT_ONCE;
    const batches = Array.from({ length: Math.ceil(entries.length / size) }, (_, index) =>
      entries.slice(index * size, (index + 1) * size),
    );
    const lengths = await Promise.all(
      batches.map(async (batch) => (await runScript(redis, MEASURE_ENTRIES, batch, stamps)) as unknown[]),
    );
    // A client may be set to return numbers as texts.
    const sizes = lengths.flat().map(Number);
    return entries.flatMap((entry, index) => {
      const bytes = sizes[index] ?? 0;
      return bytes > 0 ? { entry, bytes } : [];
    });
  }

  return async function* walkRedis(wanted, spaces) {
    const stamps = await stampsOf(tier, wanted.tags);
    if (isFailure(stamps)) return stamps;
    if (!stamps) return 'done';
    for await (const page of candidates(wanted, spaces)) yield await select(page, stamps);
    return 'done';
  };
}

/** The namespace's stamp and those of the tags, for the script; `undefined` where no entry can carry them. */
async function stampsOf(
  tier: RedisTier,
  tags: readonly string[],
): Promise<readonly (string | Buffer)[] | undefined | Failure> {
  const others = tags.filter((tag) => tag !== NAMESPACE_TAG);
  const ids = await tier.readGenerations([NAMESPACE_TAG, ...others]);
  if (isFailure(ids)) return ids;
  const [namespace, ...found] = [NAMESPACE_TAG, ...others].map((tag, index) => stampOf(tag, ids[index]));
  const known = found.flatMap((stamp) => stamp ?? []);
  if (!namespace || (others.length > 0 && known.length === 0)) return undefined;
  return [...namespace, ...known];
}

function stampOf(tag: string, generation: string | undefined): [Buffer, string] | undefined {
  if (generation === undefined) return undefined;
  const name = Buffer.from(tag);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(name.length);
  return [Buffer.concat([length, name]), idIn(generation)];
}
