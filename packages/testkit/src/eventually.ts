import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Polls a real server: resolves when `attempt` no longer throws and does not return false, rethrows its last error
 * after `withinMs`.
 */
export async function eventually<T>(attempt: () => T | Promise<T>, withinMs = 5000, everyMs = 10): Promise<T> {
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
