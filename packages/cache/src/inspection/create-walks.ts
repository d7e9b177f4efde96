import type { Engine } from '../engine.ts';
import { checks } from '../errors.ts';
import { checkPattern } from '../input.ts';
import { isFailure } from '../redis/redis-state.ts';
import type { Dependencies } from '../targets/dependencies.ts';
import { checkTarget } from '../targets/target.ts';
import { measureMemory, pageOfMemory } from './inspect-memory.ts';
import type { RedisInspection } from './inspect-redis.ts';
import type { CacheInspection } from './inspection.ts';

const NOTHING_IN_REDIS = Object.freeze({ entries: 0, bytes: 0, isComplete: true });
const CURSOR = /^(?:(redis):(\d+:\d+)|(memory):(.+))$/u;

/** What a walk covers, and by what. */
export interface Walked {
  /** Without Redis there is none. */
  readonly redis: RedisInspection | undefined;
  readonly dependencies: Dependencies;
  /** The names of the parts that are open. */
  readonly spaces: () => readonly string[];
}

export type Walks = Pick<CacheInspection, 'dryRun' | 'keys'>;

/** What is said about the keys of one part. */
export function createWalks({ memory }: Engine, { redis, dependencies, spaces }: Walked, space: string): Walks {
  return {
    async dryRun(target, options = {}) {
      const { wanted: named } = checkTarget(space, target);
      checks.known('options', options, ['budget']);
      const { budget = '1s' } = options;
      const budgetMs = checks.duration('budget', budget, { min: 0 });
      const wanted = { ...named, tags: dependencies.withDependents(named.tags) };
      return {
        memory: measureMemory(memory, wanted),
        redis: (await redis?.measure(wanted, spaces(), budgetMs)) ?? NOTHING_IN_REDIS,
        tags: wanted.tags.filter((tag) => tag !== ''),
      };
    },

    async keys(pattern, options = {}) {
      checkPattern(pattern);
      checks.known('options', options, ['limit', 'cursor']);
      const { limit: most = 100 } = options;
      const limit = checks.integer('limit', most, { max: 10_000 });
      const cursor = cursorOf(options.cursor);
      if (redis && cursor?.tier !== 'memory') {
        const page = await redis.page([space, pattern], limit, cursor?.at);
        if (!isFailure(page)) return { keys: page.keys, cursor: page.cursor && `redis:${page.cursor}` };
        // A walk that began in Redis does not go on in memory: a later call continues it.
        if (cursor) return { keys: [], cursor: options.cursor };
      }
      const page = pageOfMemory(memory, [space, pattern], { limit, after: cursor?.at ?? '' });
      return { keys: page.keys, cursor: page.cursor && `memory:${page.cursor}` };
    },
  };
}

/** Where the page before ended; `undefined` for the first page. */
function cursorOf(cursor: string | undefined): { readonly tier: string; readonly at: string } | undefined {
  if (cursor === undefined) return undefined;
  const [, redis, inRedis, memory, inMemory] = (typeof cursor === 'string' && CURSOR.exec(cursor)) || [];
  const [tier, at] = [redis ?? memory, inRedis ?? inMemory];
  if (tier === undefined || at === undefined) throw checks.failure('cursor', 'that of a page', cursor);
  return { tier, at };
}
