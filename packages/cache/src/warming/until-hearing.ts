import { setTimeout as sleep } from 'node:timers/promises';
import type { Cache } from '../cache.ts';

/** A connection takes milliseconds. Without one it is Redis that is warmed. */
const WITHIN_MS = 2000;
const STEP_MS = 5;

/** Resolves when the cache hears the others, since memory keeps nothing before that; or where there is no Redis, or it takes too long. */
export async function untilHearing({ stats }: Pick<Cache, 'stats'>, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  const isWaiting = () => {
    const { bus, redis } = stats();
    return redis.state === 'up' && !bus.connected && performance.now() - startedAt < WITHIN_MS;
  };
  while (!signal.aborted && isWaiting()) await sleep(STEP_MS);
}
