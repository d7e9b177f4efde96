import type { Call, Engine } from '../engine.ts';

/** Loads again, in the background, what was served stale. A failure is an event, for it reaches no caller. */
export function refreshStale(engine: Engine, calls: readonly Call[], load: () => Promise<unknown>): void {
  for (const { outcomes } of calls) outcomes.refreshes += 1;
  engine.background.run('refresh', async () => {
    try {
      await load();
    } catch (error) {
      engine.events.emit('load:failed', { error });
    }
  });
}
