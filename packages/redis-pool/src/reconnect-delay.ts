const FIRST_MS = 50;
const LONGEST_MS = 1000;

/**
 * How long to wait before the `attempt`th reconnect (from 1): doubled each time up to a second, of which the upper
 * half is random, so that a fleet does not come back in one instant.
 *
 * @param random from 0 to below 1.
 */
export function reconnectDelayMs(attempt: number, random: number): number {
  const ceilingMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1));
  return Math.round(ceilingMs * (0.5 + random / 2));
}
