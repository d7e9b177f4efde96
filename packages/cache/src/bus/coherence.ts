import type { Engine } from '../engine.ts';
import type { GenerationTable } from '../generations/generation-table.ts';
import type { LossReason } from './catch-up.ts';

/** Bounds what this process serves from memory by what it can hear of the others. */
export interface Coherence {
  /** Times that memory was dropped because messages may have been missed. */
  readonly flushes: number;
  setHearing(hears: boolean): void;
  setRedisUp(isUp: boolean): void;
  lose(reason: LossReason): void;
}

export function createCoherence(engine: Engine, table: GenerationTable): Coherence {
  let hears = false;
  let isUp = true;
  let flushes = 0;

  function update(): void {
    // While Redis does not answer, a connection that stands says nothing either.
    const isBlind = !hears || !isUp;
    engine.memory.setBlind(isBlind);
    engine.generations.setTrusted(!isBlind);
  }

  update();
  return {
    get flushes() {
      return flushes;
    },
    setHearing(hearing) {
      hears = hearing;
      update();
    },
    setRedisUp(up) {
      isUp = up;
      update();
    },
    lose(reason) {
      const { entries } = engine.memory.stats();
      engine.losses += 1;
      engine.fills.raiseAll();
      engine.memory.clear();
      table.forgetAll();
      // The first connection can have missed something only if there was something before it.
      if (reason === 'connected' && entries === 0) return;
      flushes += 1;
      engine.events.emit('bus:flushed', { reason: reason === 'connected' ? 'reconnected' : reason });
    },
  };
}
