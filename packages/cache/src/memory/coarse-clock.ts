import { type Clock, systemClock } from '@breakwater/core';

/**
 * A clock whose reading costs next to nothing: it looks at the system's at most once a millisecond, and stands still while
 * the event loop does. Reading the time would be half of what a memory hit costs. Another clock, of a test, is read always.
 */
export function createCoarseClock(clock: Clock): Clock {
  if (clock !== systemClock) return clock;
  let nowMs = 0;
  function forget(): void {
    nowMs = 0;
  }
  return {
    now() {
      if (nowMs === 0) {
        nowMs = clock.now();
        setTimeout(forget, 1).unref();
      }
      return nowMs;
    },
  };
}
