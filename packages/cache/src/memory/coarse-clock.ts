import { type Clock, systemClock } from '@breakwater/core';

/** Fewer within a millisecond cost less than the timer would. */
const READS_BEFORE_TIMER = 128;

/**
 * A clock whose reading costs next to nothing where it is read often: it then looks at the system's once a millisecond, and
 * stands still while the event loop does. Reading the time would be half of what a memory hit costs. Another clock, of a test,
 * is read always.
 *
 * It sets no timer where it is read seldom: with one about to fire, each wait of the event loop for a socket has the kernel
 * set a timer too, which made a lone read of Redis a fifth slower.
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
