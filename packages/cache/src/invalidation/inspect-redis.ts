import { type RedisPort, runScript, scanKeys } from '@breakwater/core/redis';
import type { SpacedKey } from '../bus/announcement.ts';
import { idIn } from '../generations/generation-id.ts';
import { NAMESPACE_TAG } from '../generations/generations.ts';
import { MEASURE_ENTRIES } from '../redis/measure-script.ts';
import type { CacheKeys } from '../redis/redis-keys.ts';
import { type Failure, isFailure, type RedisState } from '../redis/redis-state.ts';
import type { RedisTier } from '../redis/redis-tier.ts';
import { matchesGlob } from './glob.ts';
import type { DryRunReport, KeyPage } from './inspection.ts';
import type { Invalidations } from './outbox.ts';

/** Walks Redis for {@link CacheInspection}. */
export interface RedisInspection {
  /** What an invalidation would end, as far as `budgetMs` reaches. */
  measure(wanted: Invalidations, spaces: readonly string[], budgetMs: number): Promise<DryRunReport['redis']>;
  /** About `limit` keys that match, from where `cursor` is. */
  page(pattern: SpacedKey, limit: number, cursor: string | undefined): Promise<KeyPage | Failure>;
}

export interface RedisInspectionOptions {
  readonly redis: RedisPort;
  readonly tier: RedisTier;
  readonly keys: CacheKeys;
  readonly state: RedisState;
}

/** A script holds up everybody else's commands. */
const MEASURED_AT_ONCE = 100;
/** What one page may take where hardly a key matches. */
const MAX_STEPS = 50;

export function createRedisInspection({ redis, tier, keys, state }: RedisInspectionOptions): RedisInspection {
  async function* candidates(wanted: Invalidations, spaces: readonly string[]): AsyncGenerator<readonly string[]> {
    yield wanted.keys.map(([space, key]) => keys.entry({ space, key }));
    const patterns: SpacedKey[] = wanted.tags.length > 0 ? spaces.map((space) => [space, '*']) : [...wanted.patterns];
    for (const [space, glob] of patterns) {
      for await (const page of scanKeys(redis, keys.entryPattern(space, glob))) {
        yield page.filter((entry) => matchesGlob(glob, keys.keyOf(space, entry) ?? ''));
      }
    }
  }

  async function count(entries: readonly string[], stamps: readonly (string | Buffer)[]): Promise<[number, number]> {
    const size = redis.nodes ? 1 : MEASURED_AT_ONCE;
    const batches = Array.from({ length: Math.ceil(entries.length / size) }, (_, index) =>
      entries.slice(index * size, (index + 1) * size),
    );
    let total: [number, number] = [0, 0];
    for (const [found, bytes] of await Promise.all(
      batches.map(async (batch) => (await runScript(redis, MEASURE_ENTRIES, batch, stamps)) as [number, number]),
    )) {
      total = [total[0] + Number(found), total[1] + Number(bytes)];
    }
    return total;
  }

  return {
    async measure(wanted, spaces, budgetMs) {
      const endsAt = performance.now() + budgetMs;
      const stamps = wanted.tags.length === 0 ? [] : await stampsOf(tier, wanted.tags);
      const nothing = { entries: 0, bytes: 0 };
      if (stamps === undefined) return { ...nothing, isComplete: true };
      if (isFailure(stamps)) return { ...nothing, isComplete: false };
      const measured = { ...nothing, isComplete: true };

      async function walk(found: readonly (string | Buffer)[]): Promise<void> {
        const seen = new Set<string>();
        for await (const page of candidates(wanted, spaces)) {
          if (performance.now() >= endsAt) {
            measured.isComplete = false;
            return;
          }
          const unseen = page.filter((entry) => !seen.has(entry));
          for (const entry of unseen) seen.add(entry);
          const [entries, bytes] = await count(unseen, found);
          measured.entries += entries;
          measured.bytes += bytes;
        }
      }

      if (isFailure(await state.watch(walk(stamps)))) measured.isComplete = false;
      return measured;
    },

    async page([space, glob], limit, cursor = '0:0') {
      const found: string[] = [];
      const nodes = redis.nodes?.('master') ?? [redis];
      const [first, at] = cursor.split(':') as [string, string];
      let index = Number(first);
      let position = at;

      async function step(): Promise<void> {
        const [next, entries] = await (nodes[index] ?? redis).scan(
          position,
          'MATCH',
          keys.entryPattern(space, glob),
          'COUNT',
          limit,
        );
        for (const entry of entries) {
          const key = keys.keyOf(space, entry);
          if (key !== undefined && matchesGlob(glob, key)) found.push(key);
        }
        position = next;
        if (next === '0') index += 1;
      }

      for (let steps = 0; steps < MAX_STEPS && index < nodes.length && found.length < limit; steps += 1) {
        const stepped = await state.watch(step());
        if (isFailure(stepped)) return stepped;
      }
      return { keys: found, cursor: index < nodes.length ? `${index}:${position}` : undefined };
    },
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
