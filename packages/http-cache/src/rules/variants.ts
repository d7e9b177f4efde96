import { hash } from 'node:crypto';
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
  /** Its name by {@link variantName}. */
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

/** Whether the record holds `maxVariants` that are still alive, of which the one of this key is none. */
export function isFull(
  { base, key, record }: { readonly base: string; readonly key: string; readonly record: VariantRecord },
  nowMs: number,
  maxVariants: number,
): boolean {
  const alive = record.variants.filter(({ expiresAtMs }) => expiresAtMs > nowMs);
  return alive.length >= maxVariants && alive.every(({ values }) => variantKey(base, record, values) !== key);
}

const LONGEST_NAME = 128;

/**
 * What a variant is called in its URL's record and in its key: the request's normalised values where they are short, else
 * a digest of them. The mark in front keeps values from being written to look like others' digest.
 */
export function variantName(values: string): string {
  if (values.length <= LONGEST_NAME && /^[ -~]*$/.test(values)) return `=${values}`;
  return `#${hash('sha256', values, 'base64url')}`;
}

export function variantKey(base: string, { id }: Pick<VariantRecord, 'id'>, name: string): string {
  return boundedKey(`${base} ${id} ${name}`);
}
