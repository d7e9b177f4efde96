import type { BackgroundWork, Clock } from '@breakwater/core';
import type { SubjectKey, SubjectKeys } from '../encryption/subject-keys.ts';
import { isFailure } from '../redis/redis-state.ts';
import type { RedisTier } from '../redis/redis-tier.ts';
import type { GenerationOrigin, GenerationTable } from './generation-table.ts';
import type { Generation } from './generations.ts';
import { isSubjectTag } from './subject-tag.ts';

/** The generations of tags as Redis has them. What it says is taken up into the table. */
export interface RedisGenerations {
  /** What many entries of one answer stand on is asked for once. Not longer: a later question may have another answer. */
  read(tag: string): Promise<Read>;
  /** Those of `tags`, made where Redis has none; `undefined` where it does not say. */
  ensure(tags: readonly string[], keptForMs: number): Promise<ReadonlyMap<string, Generation | undefined> | undefined>;
}

/** Redis has none. */
export const GONE = 'gone';
/** `undefined` where it cannot be had. */
export type Read = Generation | typeof GONE | undefined;

export interface RedisGenerationsOptions {
  readonly table: GenerationTable;
  readonly redis: RedisTier;
  readonly clock: Clock;
  readonly subjectKeys: SubjectKeys | undefined;
  readonly background: BackgroundWork;
  /** The data key of a subject cannot be unwrapped. */
  readonly onUnreadableKey: () => void;
}

export function createRedisGenerations(options: RedisGenerationsOptions): RedisGenerations {
  const { table, redis, clock, subjectKeys, background, onUnreadableKey } = options;
  /** In this turn. */
  const reads = new Map<string, Promise<Read>>();

  function learn(tag: string, text: string | undefined, origin: GenerationOrigin): Generation | undefined {
    if (text !== undefined && !isSubjectTag(tag)) return table.admit(tag, text, origin);
    const key = text === undefined ? undefined : learnSubjectKey(tag, text);
    if (key) return table.admit(tag, key.id, { ...origin, dataKey: key.dataKey });
    table.forget(tag);
    return undefined;
  }

  function learnSubjectKey(tag: string, wrapped: string): SubjectKey | undefined {
    const key = subjectKeys?.unwrap(tag, wrapped);
    if (!key) onUnreadableKey();
    const rewrapped = key?.rewrapped;
    if (rewrapped) background.run('wrapping of a data key', async () => redis.rewrap(tag, wrapped, rewrapped));
    return key;
  }

  async function readNow(tag: string): Promise<Read> {
    const mark = table.mark();
    const ids = await redis.readGenerations([tag]);
    if (isFailure(ids)) return undefined;
    const origin = { mark, shared: true, livesUntilMs: 0, confirmedAtMs: clock.now() };
    return learn(tag, ids[0], origin) ?? (ids[0] === undefined ? GONE : undefined);
  }

  return {
    read(tag) {
      const underWay = reads.get(tag);
      if (underWay) return underWay;
      if (reads.size === 0) process.nextTick(() => reads.clear());
      const read = readNow(tag);
      reads.set(tag, read);
      return read;
    },

    async ensure(tags, keptForMs) {
      const mark = table.mark();
      const livesUntilMs = clock.now() + keptForMs;
      const ids = await redis.ensureGenerations(tags, keptForMs);
      if (isFailure(ids)) return undefined;
      const origin = { mark, shared: true, livesUntilMs, confirmedAtMs: clock.now() };
      return new Map(tags.map((tag, index) => [tag, learn(tag, ids[index], origin)]));
    },
  };
}
