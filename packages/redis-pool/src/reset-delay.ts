export interface ResetSettings {
  readonly resetAfterMs: number;
  /** What the time is multiplied by for every probe that failed. */
  readonly resetFactor: number;
  readonly longestResetMs: number;
}

/**
 * How long the circuit stays open before the next probe, of which the upper half is random: many processes that lost
 * Redis in one instant do not come back to it in one.
 *
 * @param failedProbes since the circuit was last closed.
 * @param random from 0 to below 1.
 */
export function resetDelayMs(failedProbes: number, random: number, settings: ResetSettings): number {
  const { resetAfterMs, resetFactor, longestResetMs } = settings;
  // Infinity times anything but 0 is Infinity, and the limit takes care of that.
  const ceilingMs = Math.min(resetAfterMs * resetFactor ** failedProbes, Math.max(longestResetMs, resetAfterMs));
  return Math.ceil(ceilingMs * (0.5 + random / 2));
}
