import { boundedKey } from './request-key.ts';
import { uniqueNames } from './vary.ts';

/** The first phase of RFC 9111 §4.1: which request headers choose among a URL's responses. */
export interface VariantRecord {
  readonly kind: 'variants';
  /** Part of every variant's key: with the record gone its variants cannot be reached again. */
  readonly id: string;
  /** Lower case, sorted. */
  readonly names: readonly string[];
  readonly variants: readonly Variant[];
}

export interface Variant {
  /** The request's normalised values of `names`, or a digest of them. */
  readonly values: string;
  readonly expiresAtMs: number;
}

/**
 * The record that a response varying on `names` belongs under: the known one where it covers them. Names only come to
 * a URL, so the record of a response that varies on less covers it too. `undefined`: the URL has one response.
 *
 * @param newId random, so that what was stored under an older record of the URL stays out of reach.
 */
export function coveringRecord(
  known: VariantRecord | undefined,
  names: readonly string[],
  newId: () => string,
): VariantRecord | undefined {
  if (!known && names.length === 0) return undefined;
  const all = uniqueNames([...(known?.names ?? []), ...names]);
  if (known && all.length === known.names.length) return known;
  return { kind: 'variants', id: newId(), names: all, variants: [] };
}

/** The record with one more variant, `undefined` where it holds `maxVariants` that are still alive. */
export function withVariant(
  record: VariantRecord,
  variant: Variant,
  nowMs: number,
  maxVariants: number,
): VariantRecord | undefined {
  const alive = record.variants.filter(({ values, expiresAtMs }) => values !== variant.values && expiresAtMs > nowMs);
  if (alive.length >= maxVariants) return undefined;
  return { ...record, variants: [...alive, variant] };
}

export function variantKey(base: string, record: VariantRecord, values: string): string {
  return boundedKey(`${base} ${record.id} ${values}`);
}
