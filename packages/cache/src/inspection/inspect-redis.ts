import type { RedisPort } from '@breakwater/core/redis';
import type { SpacedKey } from '../bus/announcement.ts';
import type { CacheKeys } from '../redis/redis-keys.ts';
import { type Failure, isFailure, type RedisState } from '../redis/redis-state.ts';
import type { WalkRedis } from '../redis/walk-redis.ts';
import { matchesGlob } from '../targets/glob.ts';
import type { Invalidations } from '../targets/target.ts';
import type { DryRunReport, KeyPage } from './inspection.ts';

/** Walks Redis for {@link CacheInspection}. */
export interface RedisInspection {
  /** What an invalidation would end, as far as `budgetMs` reaches. */
  measure(wanted: Invalidations, spaces: readonly string[], budgetMs: number): Promise<DryRunReport['redis']>;
  /** About `limit` keys that match, from where `cursor` is. */
  page(pattern: SpacedKey, limit: number, cursor: string | undefined): Promise<KeyPage | Failure>;
}

export interface RedisInspectionOptions {
  readonly redis: RedisPort;
  readonly walk: WalkRedis;
  readonly keys: CacheKeys;
  readonly state: RedisState;
}

/** Bounds the time for one page where hardly a key matches. */
const MAX_STEPS = 50;

export function createRedisInspection({ redis, walk, keys, state }: RedisInspectionOptions): RedisInspection {
  return {
    async measure(wanted, spaces, budgetMs) {
      const endsAt = performance.now() + budgetMs;
      const bytesOf = new Map<string, number>();

      async function measureAll(): Promise<'done' | 'stopped' | Failure> {
        const pages = walk(wanted, spaces);
        for (;;) {
          const { done, value } = await pages.next();
          if (done) return value;
          if (performance.now() >= endsAt) return 'stopped';
          for (const { entry, bytes } of value) bytesOf.set(entry, bytes);
        }
      }

      // What it resolves with is no answer of Redis by itself: it may be that of a read which had none.
      const isComplete = (await measureAll().catch(state.failed)) === 'done';
      const bytes = [...bytesOf.values()].reduce((sum, one) => sum + one, 0);
      return { entries: bytesOf.size, bytes, isComplete };
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
