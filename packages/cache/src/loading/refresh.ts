import type { Call, Engine } from '../engine.ts';
import { asNoLoader } from './circles.ts';

/** Loads again, in the background, what was served stale. A failure is an event, since it reaches no caller. */
export function refreshStale(engine: Engine, calls: readonly Call[], load: () => Promise<unknown>): void {
  for (const { outcomes } of calls) outcomes.refreshes += 1;
  const refresh = async () => {
    try {
      await load();
    } catch (error) {
      engine.events.emit('load:failed', { error });
    }
  };
  asNoLoader(() => engine.background.run('refresh', refresh));
}
