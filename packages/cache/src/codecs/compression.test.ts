import { randomBytes } from 'node:crypto';
import { asDocumented, documentedDefaults } from '@breakwater/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCache } from '../index.ts';
import { COMPRESSION_DEFAULTS, packPayload, resolveCompression, unpackPayload } from './compression.ts';

const ALGORITHMS = ['zstd', 'gzip', 'brotli'] as const;
const algorithm = fc.constantFrom(...ALGORITHMS);
const bytes = fc.uint8Array({ maxLength: 3000 }).map((array) => Buffer.from(array));
const MAX_BYTES = 1_000_000;

describe('compression', () => {
  it('gives every payload back, whether or not it was worth compressing', () => {
    const payload = fc.oneof(
      bytes,
      fc.string({ maxLength: 50 }).map((text) => Buffer.from(text.repeat(100))),
    );
    fc.assert(
      fc.property(algorithm, fc.constantFrom(0, 100, '1kb' as const), payload, (name, threshold, given) => {
        const packed = packPayload(given, resolveCompression('compression', { algorithm: name, threshold }));
        expect(packed.payload.length).toBeLessThanOrEqual(given.length);
        expect(unpackPayload(packed.payload, packed.compression, MAX_BYTES)?.equals(given)).toBe(true);
      }),
    );
  });

  it.each(ALGORITHMS)('by %s leaves alone what is short, or would become no shorter', (name) => {
    const compression = resolveCompression('compression', name);
    const short = Buffer.alloc(1023, 'a');
    expect(packPayload(short, compression)).toEqual({ compression: 'none', payload: short });
    const long = Buffer.alloc(1024, 'a');
    expect(packPayload(long, compression).compression).toBe(name);
    expect(packPayload(long, compression).payload.length).toBeLessThan(100);
    const dense = randomBytes(2048);
    expect(packPayload(dense, compression)).toEqual({ compression: 'none', payload: dense });
  });

  it.each(ALGORITHMS)('by %s inflates up to the limit, and not a byte beyond it', (name) => {
    const packed = packPayload(Buffer.alloc(100_000, 'a'), resolveCompression('compression', name));
    expect(unpackPayload(packed.payload, packed.compression, 100_000)).toHaveLength(100_000);
    expect(unpackPayload(packed.payload, packed.compression, 99_999)).toBeUndefined();
  });

  it('inflates bytes that are not its own to nothing, or to what is within the limit, and never throws', () => {
    fc.assert(
      fc.property(algorithm, bytes, (compression, payload) => {
        const length = unpackPayload(payload, compression, 100)?.length;
        // Brotli has no mark of its own: a few bytes in some order are a short text to it.
        if (compression === 'brotli') expect(length ?? 0).toBeLessThanOrEqual(100);
        else expect(length).toBeUndefined();
      }),
    );
  });

  it('inflates nothing from bytes that are cut', () => {
    const whole = Buffer.from(JSON.stringify(Array.from({ length: 500 }, (_, index) => ({ index }))));
    fc.assert(
      fc.property(algorithm, fc.double({ min: 0, max: 0.99, noNaN: true }), (name, part) => {
        const { compression, payload } = packPayload(whole, resolveCompression('compression', name));
        const cut = payload.subarray(0, Math.floor(payload.length * part));
        expect(unpackPayload(cut, compression, MAX_BYTES)).toBeUndefined();
      }),
    );
  });

  it.each([
    ['zstd', 1, 19],
    ['gzip', 1, 9],
    ['brotli', 0, 11],
  ] as const)('by %s is as thorough as its level says: %i, %i', (algorithm, quick, thorough) => {
    const rows = Array.from({ length: 500 }, (_, index) => ({ index, name: `user ${index}`, age: (index * 7) % 90 }));
    const text = Buffer.from(JSON.stringify(rows));
    const bytesAt = (level: number) =>
      packPayload(text, resolveCompression('compression', { algorithm, level })).payload.length;
    expect(bytesAt(thorough)).toBeLessThan(bytesAt(quick));
  });

  it('takes its defaults for what is not given', () => {
    expect(resolveCompression('compression', 'none')).toBeUndefined();
    expect(resolveCompression('compression', {})).toEqual({ algorithm: 'zstd', thresholdBytes: 1024, level: 3 });
    expect(resolveCompression('compression', 'gzip')).toMatchObject({ level: 6 });
    expect(resolveCompression('compression', { algorithm: 'brotli', level: 0 })).toMatchObject({ level: 0 });
  });

  it.each<[unknown, string]>([
    ['deflate', 'policies.page.redis.compression must be one of'],
    [{ algorithm: 'none' }, 'policies.page.redis.compression.algorithm must be one of'],
    [{ algorithm: 'gzip', level: 10 }, 'policies.page.redis.compression.level must be'],
    [{ level: 0 }, 'policies.page.redis.compression.level must be'],
    [{ threshold: -1 }, 'policies.page.redis.compression.threshold must be'],
    [{ minimum: 5 }, 'policies.page.redis.compression must be an object with only the keys'],
    [true, 'policies.page.redis.compression must be an object'],
  ])('refuses %j', (compression, message) => {
    expect(() => createCache({ policies: { page: { redis: { compression: compression as 'none' } } } })).toThrow(
      expect.objectContaining({ code: 'ERR_CACHE_OPTION', message: expect.stringContaining(message) }),
    );
  });

  it('is documented with the defaults it has', () => {
    const documented = documentedDefaults(new URL('compression.ts', import.meta.url), 'CompressionOptions');
    expect(documented).toEqual(asDocumented(COMPRESSION_DEFAULTS));
  });
});
