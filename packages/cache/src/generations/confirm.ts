import type { BackgroundWork } from '@breakwater/core';
import type { Generation } from './generations.ts';

/** Asks Redis again, in the background, for those of the generations that it has not named for a while. */
export type Confirm = (generations: readonly Generation[], nowMs: number) => void;

/**
 * Nobody tells of a generation that Redis has lost, to an eviction or because somebody emptied it. For this long an
 * instance that knew it may go on to write entries that are dead to instances that started later.
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
