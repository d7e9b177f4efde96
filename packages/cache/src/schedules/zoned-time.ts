const DAY_MS = 86_400_000;

/**
 * Wall clocks of one time zone. A wall time is written as the milliseconds that UTC would show it at, so that days and
 * times of day are plain arithmetic.
 */
export interface ZonedTime {
  wallOf(instantMs: number): number;
  /**
   * The instant at which the wall clock shows `wallMs`. Where clocks are put back over it, the first of two; where
   * they are put forward over it, the instant as long after the jump as `wallMs` is after the beginning of the gap.
   */
  instantOf(wallMs: number): number;
}

/** @throws RangeError for a time zone that there is not. */
export function createZonedTime(timeZone: string): ZonedTime {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });

  function wallOf(instantMs: number): number {
    const part: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
    for (const { type, value } of format.formatToParts(instantMs)) part[type] = Number(value);
    const { year = 0, month = 1, day, hour, minute, second } = part;
    // Offsets are whole seconds, so the milliseconds are the instant's own.
    const millisecond = ((instantMs % 1000) + 1000) % 1000;
    return Date.UTC(year, month - 1, day, hour, minute, second, millisecond);
  }

  return {
    wallOf,
    instantOf(wallMs) {
      // Zones change their clocks at most once in two days, so the offset is the one before or the one after.
      const before = wallMs - (wallOf(wallMs - DAY_MS) - (wallMs - DAY_MS));
      const after = wallMs - (wallOf(wallMs + DAY_MS) - (wallMs + DAY_MS));
      const shown = [Math.min(before, after), Math.max(before, after)].find(
        (instantMs) => wallOf(instantMs) === wallMs,
      );
      return shown ?? before;
    },
  };
}
