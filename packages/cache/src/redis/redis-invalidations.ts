import { createHash } from 'node:crypto';
import { type RedisPort, RedisUnknownNodeError, scanKeys } from '@breakwater/core/redis';
import type { Announcement, SpacedKey } from '../bus/announcement.ts';
import { matchesGlob } from '../targets/glob.ts';
import type { ApplyChange, Change } from './changes.ts';
import type { CacheKeys } from './redis-keys.ts';
import { type Failure, isFailure, type RedisState } from './redis-state.ts';

/** A walk over a Cluster may have missed entries. */
export const UNPROVEN: unique symbol = Symbol('unproven');

/**
 * One way to end entries in Redis: to remove them, or to end their freshness. Each change is announced to the other
 * instances.
 */
export interface RedisInvalidations {
  /** @returns keys touched. */
  key(key: SpacedKey): Promise<number | Failure>;
  /** @returns whether there was a generation: what has none is dead already. */
  tag(tag: string): Promise<boolean | Failure>;
  /** @returns keys touched. */
  pattern(pattern: SpacedKey): Promise<number | typeof UNPROVEN | Failure>;
}

export interface RedisRemovals extends RedisInvalidations {
  /** Removes an entry if it is the one that was read. @returns whether it was. */
  take(key: SpacedKey, bytes: Buffer): Promise<boolean | Failure>;
}

export interface RedisInvalidationsOptions {
  readonly redis: RedisPort;
  readonly keys: CacheKeys;
  readonly state: RedisState;
  readonly apply: ApplyChange;
  readonly tombstoneTtlMs: number;
  readonly newId: () => string;
}

/** Removes entries, or kills them by their tag. */
export function createRedisInvalidate(options: RedisInvalidationsOptions): RedisRemovals {
  const { redis, keys, tombstoneTtlMs, newId } = options;

  async function unlink(entries: readonly string[]): Promise<number> {
    if (entries.length === 0) return 0;
    if (!redis.nodes) return redis.unlink([...entries]);
    const counts = await Promise.all(entries.map((entry) => redis.unlink([entry])));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  return {
    key: ([space, key]) =>
      count(options, {
        verb: 'invalidate',
        keys: [keys.entry({ space, key }), keys.tombstone({ space, key })],
        values: [newId(), tombstoneTtlMs],
        announcement: { keys: [[space, key]] },
      }),
    tag: (tag) => changeTag(options, tag, { verb: 'unlink', values: [] }),
    pattern: (pattern) => sweep(options, pattern, unlink),

    async take([space, key], bytes) {
      const taken = await count(options, {
        verb: 'take',
        keys: [keys.entry({ space, key }), keys.tombstone({ space, key })],
        values: [createHash('sha1').update(bytes).digest('hex'), newId(), tombstoneTtlMs],
        announcement: { keys: [[space, key]] },
      });
      return isFailure(taken) ? taken : taken > 0;
    },
  };
}

/**
 * Removes what Redis has refused before: each command has one key. A Cluster refuses those of several while it moves their slot,
 * which may last.
 */
export function createRedisReplay(options: RedisInvalidationsOptions): RedisInvalidations {
  const invalidate = createRedisInvalidate(options);
  const { redis, keys, state, apply, tombstoneTtlMs, newId } = options;
  if (!redis.nodes) return invalidate;

  return {
    ...invalidate,
    async key([space, key]) {
      const tombstone = keys.tombstone({ space, key });
      // First, so that no load that began before is kept behind the removal.
      const fenced = await state.watch(apply({ verb: 'raise', keys: [tombstone], values: [newId(), tombstoneTtlMs] }));
      if (isFailure(fenced)) return fenced;
      return count(options, {
        verb: 'unlink',
        keys: [keys.entry({ space, key })],
        values: [0],
        announcement: { keys: [[space, key]] },
      });
    },
  };
}

/**
 * Ends the freshness of entries; those that may be served stale stay. Others hear of it as of any change: what they
 * hold in memory leaves it, and what Redis has then says how stale it is.
 */
export function createRedisExpire(options: RedisInvalidationsOptions, now: () => number): RedisInvalidations {
  const { keys, apply, tombstoneTtlMs, newId } = options;

  async function expireAll(entries: readonly string[]): Promise<number> {
    const counts = await Promise.all(
      entries.map(async (entry) => Number(await apply({ verb: 'expireEntry', keys: [entry], values: [now()] }))),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  return {
    key: ([space, key]) =>
      count(options, {
        verb: 'expire',
        keys: [keys.entry({ space, key }), keys.tombstone({ space, key })],
        values: [now(), newId(), tombstoneTtlMs],
        announcement: { keys: [[space, key]] },
      }),
    tag: (tag) => changeTag(options, tag, { verb: 'expireTag', values: [now()] }),
    pattern: (pattern) => sweep(options, pattern, expireAll),
  };
}

async function count({ apply, state }: RedisInvalidationsOptions, change: Change): Promise<number | Failure> {
  const touched = await state.watch(apply(change));
  // A client may be set to return numbers as texts (ioredis's `stringNumbers`).
  return isFailure(touched) ? touched : Number(touched);
}

/** Changes a tag and its log. On a Cluster the log comes first: the change of the tag is what callers wait for. */
async function changeTag(
  options: RedisInvalidationsOptions,
  tag: string,
  { verb, values }: Pick<Change, 'verb' | 'values'>,
): Promise<boolean | Failure> {
  const { redis, keys, state, apply, tombstoneTtlMs, newId } = options;
  const logs = redis.nodes ? [] : [keys.tagLog];
  if (redis.nodes) {
    const log: Change = { verb: 'raise', keys: [keys.tagLog], values: [newId(), tombstoneTtlMs] };
    const logged = await state.watch(apply(log));
    if (isFailure(logged)) return logged;
  }
  const touched = await count(options, {
    verb,
    keys: [keys.tag(tag), ...logs],
    values: [...values, logs.length, ...logs.flatMap(() => [newId(), tombstoneTtlMs])],
    announcement: { tags: [tag] },
  });
  return isFailure(touched) ? touched : touched > 0;
}

async function sweep(
  options: RedisInvalidationsOptions,
  pattern: SpacedKey,
  touch: (entries: readonly string[]) => Promise<number>,
): Promise<number | typeof UNPROVEN | Failure> {
  const { keys, state, apply, tombstoneTtlMs, newId } = options;
  // Before the scan, so that no load that began earlier can commit behind it. It is announced once more at the end:
  // until then others may have read an entry that the scan had not reached.
  const fenced = await state.watch(
    apply({
      verb: 'raise',
      keys: [keys.sweep],
      values: [newId(), tombstoneTtlMs],
      announcement: { patterns: [pattern] },
    }),
  );
  if (isFailure(fenced)) return fenced;
  const touched = await state.watch(touchMatching(options, pattern, touch));
  if (isFailure(touched) || touched === UNPROVEN) return touched;
  const told = await state.watch(apply({ verb: 'announce', keys: [], values: [], announcement: { swept: [pattern] } }));
  return isFailure(told) ? told : touched;
}

/**
 * Changes the fences that every load has read before it began. On a Cluster a commit does not compare the sweep:
 * there it is the announcement that reaches the loads of other instances.
 */
export function raiseFences(
  { keys, state, apply, tombstoneTtlMs, newId }: RedisInvalidationsOptions,
  announcement: Partial<Announcement>,
): Promise<unknown | Failure> {
  const raise = (key: string, told?: Partial<Announcement>) =>
    apply({ verb: 'raise', keys: [key], values: [newId(), tombstoneTtlMs], ...(told && { announcement: told }) });
  return state.watch(Promise.all([raise(keys.tagLog), raise(keys.sweep, announcement)]));
}

async function touchMatching(
  { redis, keys }: RedisInvalidationsOptions,
  [space, glob]: SpacedKey,
  touch: (entries: readonly string[]) => Promise<number>,
): Promise<number | typeof UNPROVEN> {
  let touched = 0;
  try {
    for await (const page of scanKeys(redis, keys.entryPattern(space, glob))) {
      touched += await touch(page.filter((entry) => matchesGlob(glob, keys.keyOf(space, entry) ?? '')));
    }
  } catch (error) {
    if (error instanceof RedisUnknownNodeError) return UNPROVEN;
    throw error;
  }
  return touched;
}
