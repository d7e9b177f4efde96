import type { BackgroundWork, Clock } from '@breakwater/core';
import type { SubjectKeys } from '../encryption/subject-keys.ts';
import type { RedisTier } from '../redis/redis-tier.ts';
import type { GenerationTable } from './generation-table.ts';
import { createMemoryGenerations } from './memory-generations.ts';
import { createRedisGenerations } from './redis-generations.ts';
import { createTrustedTable } from './trusted-table.ts';
import { createVerifyStamps, type VerifyStamps } from './verify-stamps.ts';
import { createForWrite, type ForWrite, type WriteGenerations } from './write-generations.ts';

/** The generations of tags: by the process's table where it can be trusted, else by Redis. */
export interface TagGenerations extends ForWrite {
  readonly verify: VerifyStamps;
  /** For an entry that stays in memory: what the table has, or generations of this process's own. */
  forMemory(tags: readonly string[]): WriteGenerations;
  /** False while the bus is away: the table may have missed invalidations, so Redis is asked each time. */
  setTrusted(trusted: boolean): void;
}

export interface TagGenerationsOptions {
  readonly table: GenerationTable;
  readonly redis: RedisTier | undefined;
  readonly newId: () => string;
  readonly clock: Clock;
  readonly subjectKeys: SubjectKeys | undefined;
  readonly background: BackgroundWork;
  /** The data key of a subject cannot be unwrapped. */
  readonly onUnreadableKey: () => void;
}

export function createTagGenerations(options: TagGenerationsOptions): TagGenerations {
  const { table, redis, newId, clock, background } = options;
  const trusted = createTrustedTable(table, redis !== undefined);
  const inRedis = redis && createRedisGenerations({ ...options, redis });
  const forMemory = createMemoryGenerations(table, newId);
  const forWrite = inRedis
    ? createForWrite({ trusted, inRedis, forMemory, ends: table.ends, clock, background })
    : { forWrite: async (tags: readonly string[]) => forMemory(tags), forWriteAtOnce: forMemory };

  return {
    verify: createVerifyStamps({ table, trusted, inRedis }),
    ...forWrite,
    forMemory,
    setTrusted(isTrusted) {
      trusted.isTrusted = isTrusted;
    },
  };
}
