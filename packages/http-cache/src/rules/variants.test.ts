import { describe, expect, it } from 'vitest';
import { coveringRecord, type VariantRecord, variantKey, variantName, withVariant } from './variants.ts';

const newId = () => 'new';
const known: VariantRecord = { kind: 'variants', id: 'old', names: ['accept', 'origin'], variants: [] };

describe('coveringRecord', () => {
  it('is none for a URL that never varied', () => {
    expect(coveringRecord(undefined, [], newId)).toBeUndefined();
  });

  it('is the known one where it names as much or more', () => {
    expect(coveringRecord(known, ['origin'], newId)).toBe(known);
    expect(coveringRecord(known, [], newId)).toBe(known);
  });

  it('is a new one, empty, with all names together where a name came', () => {
    const filled = { ...known, variants: [{ values: 'a', expiresAtMs: 9 }] };
    expect(coveringRecord(filled, ['cookie'], newId)).toEqual({
      kind: 'variants',
      id: 'new',
      names: ['accept', 'cookie', 'origin'],
      variants: [],
    });
  });
});

describe('withVariant', () => {
  const variant = (values: string, expiresAtMs: number) => ({ values, expiresAtMs });

  it('refuses one variant too many, and lets a known one be stored again', () => {
    const full = { ...known, variants: [variant('a', 100), variant('b', 100)] };
    expect(withVariant(full, variant('c', 200), 50, 2)).toBeUndefined();
    expect(withVariant(full, variant('b', 200), 50, 2)?.variants).toEqual([variant('a', 100), variant('b', 200)]);
  });

  it('makes room where a variant has expired', () => {
    const full = { ...known, variants: [variant('a', 100), variant('b', 40)] };
    expect(withVariant(full, variant('c', 200), 50, 2)?.variants).toEqual([variant('a', 100), variant('c', 200)]);
  });
});

describe('variantName', () => {
  it('is short and printable, whatever was sent', () => {
    for (const values of ['=gzip', '=\u00ff', 'x'.repeat(8000)])
      expect(variantName(values)).toMatch(/^[=#][ -~]{0,128}$/);
  });

  it('cannot be sent to look like that of longer values', () => {
    const long = 'x'.repeat(200);
    expect(variantName(variantName(long))).not.toBe(variantName(long));
  });
});

describe('variantKey', () => {
  it('changes with the record, so that variants of an older one stay out of reach', () => {
    expect(variantKey('base', known, '=gzip')).not.toBe(variantKey('base', { ...known, id: 'new' }, '=gzip'));
  });
});
