const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

export type DurationUnit = keyof typeof UNIT_MS;

/** Milliseconds, or a number with a unit: `'250ms'`, `'5s'`, `'1m'`, `'24h'`, `'7d'`, `'2w'`. */
export type Duration = number | `${number}${DurationUnit}`;

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/;

/** A duration in whole milliseconds, or `undefined` where the text is none. Sign and limits are the caller's rule. */
export function parseDuration(duration: unknown): number | undefined {
  if (typeof duration === 'number') return Number.isFinite(duration) ? duration : undefined;
  if (typeof duration !== 'string') return undefined;
  const match = DURATION.exec(duration.trim());
  if (!match) return undefined;
  return Math.round(Number(match[1]) * UNIT_MS[match[2] as DurationUnit]);
}
