const UNIT_BYTES = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 } as const;

export type SizeUnit = keyof typeof UNIT_BYTES;

/** Bytes, or a number with a unit of 1024: `'64kb'`, `'100mb'`, `'1gb'`. */
export type Size = number | `${number}${SizeUnit}`;

const SIZE = /^(\d+(?:\.\d+)?)(b|kb|mb|gb)$/;

/** A size in whole bytes, or `undefined` where the text is none. */
export function parseSize(size: unknown): number | undefined {
  if (typeof size === 'number') return Number.isFinite(size) ? size : undefined;
  if (typeof size !== 'string') return undefined;
  const match = SIZE.exec(size.trim().toLowerCase());
  if (!match) return undefined;
  return Math.round(Number(match[1]) * UNIT_BYTES[match[2] as SizeUnit]);
}
