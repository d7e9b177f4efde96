const UNIT_SECONDS = { s: 1, m: 60, h: 3600 } as const;

/** So many in a second, minute or hour: `'200/s'`, `'30/m'`, `'1000/h'`. */
export type Pace = `${number}/${keyof typeof UNIT_SECONDS}`;

const PACE = /^(\d{1,9})\/([smh])$/;

/** How many a second, or `undefined` where the text is no pace, or one at which nothing goes. */
export function parsePace(pace: unknown): number | undefined {
  const match = typeof pace === 'string' ? PACE.exec(pace) : null;
  if (!match || Number(match[1]) === 0) return undefined;
  return Number(match[1]) / UNIT_SECONDS[match[2] as keyof typeof UNIT_SECONDS];
}
