import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Polls a real server: resolves when `attempt` no longer throws and does not return false, rethrows its last error
 * after `withinMs`. That is long, for it is waited for only by a test that fails: no machine is slow enough to be taken
 * for a failure.
 */
export async function eventually<T>(attempt: () => T | Promise<T>, withinMs = 20_000, everyMs = 10): Promise<T> {
  const giveUpAt = performance.now() + withinMs;
  for (;;) {
    try {
      const result = await attempt();
      if (result !== false) return result;
      if (performance.now() >= giveUpAt) throw new Error(`It was still false after ${withinMs} ms.`);
    } catch (error) {
      if (performance.now() >= giveUpAt) throw error;
    }
    await sleep(everyMs);
  }
}
