import type { RedisPort } from '@breakwater/core/redis';
import type { RedisPool } from '../../src/index.ts';

/** What became of INCR, which shows when it runs twice. */
export interface CountLoad {
  readonly acknowledged: number;
  /** How the others ended, by error code. */
  readonly failures: ReadonlyMap<string, number>;
  /** Ends it, and resolves to the sum of the counters. */
  stop(): Promise<void>;
}

/** Failures after which INCR may have run all the same. */
const INDETERMINATE = new Set(['ERR_REDIS_DEADLINE', 'ERR_REDIS_POOL_CONNECTION_LOST']);

/** Callers who never stop counting, each on a key of its own. */
export function startCounting(pool: RedisPool, callers = 12): CountLoad {
  let isOver = false;
  let acknowledged = 0;
  const failures = new Map<string, number>();
  const work = Array.from({ length: callers }, async (_, caller) => {
    while (!isOver) {
      try {
        await pool.call('INCR', `count:${caller}`);
        acknowledged += 1;
      } catch (error) {
        const { code, message } = error as Error & { code?: string };
        const name = code ?? message;
        failures.set(name, (failures.get(name) ?? 0) + 1);
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  });
  return {
    get acknowledged() {
      return acknowledged;
    },
    failures,
    async stop() {
      isOver = true;
      await Promise.all(work);
    },
  };
}

/** How many INCR ran, as the counters have it. */
export async function countedBy(redis: Pick<RedisPort, 'get'>, callers = 12): Promise<number> {
  const values = await Promise.all(Array.from({ length: callers }, (_, caller) => redis.get(`count:${caller}`)));
  return values.reduce((sum, value) => sum + Number(value), 0);
}

/** The most that may have run when nothing ran twice. */
export function ceilingOf({ acknowledged, failures }: CountLoad): number {
  let ceiling = acknowledged;
  for (const [code, times] of failures) if (INDETERMINATE.has(code)) ceiling += times;
  return ceiling;
}
