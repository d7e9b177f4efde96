import { type RedisPort, scanKeys } from '@breakwater/core/redis';
import type { Address } from './address.ts';
import type { Announcement, SpacedKey } from './announcement.ts';
import { createChanges } from './changes.ts';
import { createGatheredReads } from './gathered-reads.ts';
import { matchesGlob } from './glob.ts';
import type { CacheKeys } from './redis-keys.ts';
import { type Failure, isFailure, type RedisState } from './redis-state.ts';

/** What the fences of a key held before a load: a commit passes only if they still do. */
export interface SeenFences {
  readonly tombstone: string;
  readonly sweep: string;
}

/** Everything the cache does in Redis. Calls resolve with a {@link Failure} instead of rejecting; the state counts it. */
export interface RedisTier {
  read(address: Address): Promise<Buffer | null | Failure>;
  readFences(address: Address): Promise<SeenFences | Failure>;
  /** The generation of each tag, `undefined` for one that has none: what was stored under it is dead. */
  readGenerations(tags: readonly string[]): Promise<(string | undefined)[] | Failure>;
  /** The same, made where there is none, and kept for at least `ttlMs`. */
  ensureGenerations(tags: readonly string[], ttlMs: number): Promise<string[] | Failure>;
  store(address: Address, frame: Buffer, ttlMs: number): Promise<unknown | Failure>;
  /** @returns whether nobody else had invalidated the key in the `ageMs` since it was written, so that it was stored. */
  flush(address: Address, frame: Buffer, ttlMs: number, ageMs: number): Promise<boolean | Failure>;
  /** @returns whether every fence still held, so that it was stored. */
  commit(address: Address, frame: Buffer, ttlMs: number, seen: SeenFences): Promise<boolean | Failure>;
  /** @returns keys removed. */
  invalidateKey(key: SpacedKey): Promise<number | Failure>;
  invalidateTag(tag: string): Promise<unknown | Failure>;
  /** @returns keys removed. */
  invalidatePattern(pattern: SpacedKey): Promise<number | Failure>;
}

export interface RedisTierOptions {
  readonly redis: RedisPort;
  readonly keys: CacheKeys;
  readonly state: RedisState;
  readonly tombstoneTtlMs: number;
  /** Begins with `writer`. */
  readonly newId: () => string;
  /** What this instance's ids begin with. */
  readonly writer: string;
  readonly messageOf: (announcement: Partial<Announcement>) => string;
}

export function createRedisTier(options: RedisTierOptions): RedisTier {
  const { redis, keys, state, tombstoneTtlMs, newId, writer, messageOf } = options;
  const read = createGatheredReads(redis, state);
  const apply = createChanges(redis, { channel: keys.channel, messageOf });
  // A commit's script must not cross slots, so on a Cluster it cannot see the sweep; the process's own fence does.
  const seesSweep = redis.nodes === undefined;

  async function readText(key: string): Promise<string | Failure> {
    const bytes = await read(key);
    return isFailure(bytes) ? bytes : (bytes?.toString('latin1') ?? '');
  }

  async function sweepEntries([space, glob]: SpacedKey): Promise<number> {
    let removed = 0;
    for await (const page of scanKeys(redis, keys.entryPattern(space, glob))) {
      const matching = page.filter((entry) => matchesGlob(glob, keys.keyOf(space, entry) ?? ''));
      if (redis.nodes) {
        const counts = await Promise.all(matching.map((entry) => redis.unlink([entry])));
        removed += counts.reduce((sum, count) => sum + count, 0);
      } else if (matching.length > 0) {
        removed += await redis.unlink(matching);
      }
    }
    return removed;
  }

  return {
    read: (address) => read(keys.entry(address)),

    async readFences(address) {
      const [tombstone, sweep] = await Promise.all([
        readText(keys.tombstone(address)),
        seesSweep ? readText(keys.sweep) : '',
      ]);
      if (isFailure(tombstone)) return tombstone;
      return isFailure(sweep) ? sweep : { tombstone, sweep };
    },

    async readGenerations(tags) {
      const texts = await Promise.all(tags.map((tag) => readText(keys.tag(tag))));
      return texts.find(isFailure) ?? texts.map((text) => (isFailure(text) || text === '' ? undefined : text));
    },

    ensureGenerations: (tags, ttlMs) =>
      state.watch(
        Promise.all(
          tags.map(async (tag) =>
            String(await apply({ verb: 'ensure', keys: [keys.tag(tag)], values: [newId(), ttlMs] })),
          ),
        ),
      ),

    store: (address, frame, ttlMs) =>
      state.watch(
        apply({
          verb: 'store',
          keys: [keys.entry(address)],
          values: [frame, ttlMs],
          announcement: { written: [[address.space, address.key]] },
        }),
      ),

    async flush(address, frame, ttlMs, ageMs) {
      const kept = await state.watch(
        apply({
          verb: 'flush',
          keys: [keys.entry(address), keys.tombstone(address)],
          values: [frame, ttlMs, ageMs, tombstoneTtlMs, writer],
          announcement: { written: [[address.space, address.key]] },
        }),
      );
      return isFailure(kept) ? kept : Number(kept) === 1;
    },

    async commit(address, frame, ttlMs, seen) {
      const fences: [string, string][] = [[keys.tombstone(address), seen.tombstone]];
      if (seesSweep) fences.push([keys.sweep, seen.sweep]);
      const kept = await state.watch(
        apply({
          verb: 'commit',
          keys: [keys.entry(address), ...fences.map(([key]) => key)],
          values: [frame, ttlMs, fences.length, ...fences.map(([, value]) => value)],
        }),
      );
      // A client may be set to return numbers as texts (ioredis's `stringNumbers`).
      return isFailure(kept) ? kept : Number(kept) === 1;
    },

    async invalidateKey(spacedKey) {
      const [space, key] = spacedKey;
      const removed = await state.watch(
        apply({
          verb: 'invalidate',
          keys: [keys.entry({ space, key }), keys.tombstone({ space, key })],
          values: [newId(), tombstoneTtlMs],
          announcement: { keys: [spacedKey] },
        }),
      );
      return isFailure(removed) ? removed : Number(removed);
    },

    invalidateTag: (tag) =>
      state.watch(apply({ verb: 'forget', keys: [keys.tag(tag)], values: [], announcement: { tags: [tag] } })),

    async invalidatePattern(pattern) {
      // First, so that no load that began before can commit behind the scan; and told again at the end, since until
      // then others may have read an entry that the scan had not reached.
      const fenced = await state.watch(
        apply({
          verb: 'sweep',
          keys: [keys.sweep],
          values: [newId(), tombstoneTtlMs],
          announcement: { patterns: [pattern] },
        }),
      );
      if (isFailure(fenced)) return fenced;
      const removed = await state.watch(sweepEntries(pattern));
      if (isFailure(removed)) return removed;
      const told = await state.watch(
        apply({ verb: 'announce', keys: [], values: [], announcement: { swept: [pattern] } }),
      );
      return isFailure(told) ? told : removed;
    },
  };
}
