import { type Clock, systemClock } from '@breakwater/core';

/** Fewer within a millisecond cost less than a timer does. */
const READS_BEFORE_TIMER = 128;

/**
 * A clock whose reading costs next to nothing where it is read often: it then looks at the system's once a millisecond, and
 * stands still while the event loop does. Reading the time would be half of what a memory hit costs. Another clock, of a test,
 * is read always.
 *
 * It sets no timer where it is read seldom: to set it anew each millisecond took a thirtieth of the CPU of an application that
 * reads Redis again and again, one value at a time.
 */
export function createCoarseClock(clock: Clock): Clock {
  if (clock !== systemClock) return clock;
  /** What it says until the timer fires; 0 where none is set. */
  let heldMs = 0;
  let lastMs = 0;
  /** That found the last millisecond to last. */
  let reads = 0;

  function release(): void {
    heldMs = 0;
  }

  function look(): number {
    const nowMs = clock.now();
    reads = nowMs === lastMs ? reads + 1 : 0;
    lastMs = nowMs;
    if (reads >= READS_BEFORE_TIMER) {
      heldMs = nowMs;
      setTimeout(release, 1).unref();
    }
    return nowMs;
  }

  return { now: () => (heldMs === 0 ? look() : heldMs) };
}
