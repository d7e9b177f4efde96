/** Of a quota, in UTC. */
export const QUOTA_PERIODS = Object.freeze(['hourly', 'daily', 'monthly'] as const);

/** Begins on the hour, at midnight or on the first of a month, in UTC. */
export type QuotaPeriod = (typeof QUOTA_PERIODS)[number];

/** When the period that `nowMs` lies in is over, milliseconds since the epoch. */
export function endOfPeriod(period: QuotaPeriod, nowMs: number): number {
  const now = new Date(nowMs);
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  if (period === 'monthly') return Date.UTC(year, month + 1, 1);
  if (period === 'daily') return Date.UTC(year, month, day + 1);
  return Date.UTC(year, month, day, now.getUTCHours() + 1);
}
