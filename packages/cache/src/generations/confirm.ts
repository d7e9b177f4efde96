import type { BackgroundWork } from '@breakwater/core';
import type { Generation } from './generations.ts';

/** Has Redis asked again, in the background, for those of the generations that it named a while ago. */
export type Confirm = (generations: readonly Generation[], nowMs: number) => void;

/**
 * Of a generation that Redis loses, to an eviction or to somebody who empties it, nobody tells: for so long its instances may
 * write what is dead to those that came later.
 */
const CONFIRMED_FOR_MS = 60_000;

export function createConfirm(background: BackgroundWork, ask: (tag: string) => Promise<unknown>): Confirm {
  return (generations, nowMs) => {
    // By index: every write passes here.
    for (let index = 0; index < generations.length; index += 1) {
      const generation = generations[index] as Generation;
      if (Math.abs(nowMs - generation.confirmedAtMs) < CONFIRMED_FOR_MS) continue;
      generation.confirmedAtMs = nowMs;
      background.run('confirmation of a generation', () => ask(generation.tag));
    }
  };
}
