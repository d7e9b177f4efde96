import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStoredResponse, type HttpEntry, type ResponseFacts } from './entry.ts';
import { entryCodec } from './entry-codec.ts';

const name = fc.stringMatching(/^[a-z-]{1,12}$/);
const value = fc.stringMatching(/^[\x20-\x7e\xa0-\xff]{0,30}$/);

const response: fc.Arbitrary<HttpEntry> = fc
  .record({
    status: fc.integer({ min: 200, max: 599 }),
    headers: fc.array(fc.tuple(name, value)).map((pairs) => pairs.flat()),
    body: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    hasOwnTag: fc.boolean(),
    clientSeconds: fc.option(fc.nat(), { nil: undefined }),
    initialAgeMs: fc.nat(),
    reuse: fc.record({
      lifetimeMs: fc.nat(),
      staleWhileRevalidateMs: fc.nat(),
      staleIfErrorMs: fc.nat(),
      validation: fc.constantFrom('none', 'when-stale', 'always'),
    }),
  })
  .map(createStoredResponse);

const record: fc.Arbitrary<HttpEntry> = fc.record({
  kind: fc.constant('variants' as const),
  id: fc.stringMatching(/^[\w-]{8}$/),
  names: fc.array(name),
  variants: fc.array(fc.record({ values: value, expiresAtMs: fc.nat() })),
});

describe('entryCodec', () => {
  it('gives back what it was given', () => {
    fc.assert(
      fc.property(fc.oneof(response, record), (entry) => {
        expect(entryCodec.decode(entryCodec.encode(entry))).toEqual(entry);
      }),
    );
  });

  it('tells the length of what it makes without making it', () => {
    fc.assert(
      fc.property(fc.oneof(response, record), (entry) => {
        expect(entryCodec.encodedLength?.(entry)).toBe(entryCodec.encode(entry).length);
      }),
    );
  });

  it('throws on bytes that are cut short in the head, and never reads beyond them', () => {
    fc.assert(
      fc.property(fc.oneof(response, record), fc.nat(), (entry, at) => {
        const bytes = entryCodec.encode(entry);
        const end = entry.kind === 'response' ? bytes.length - entry.body.length : bytes.length;
        expect(() => entryCodec.decode(bytes.subarray(0, at % end))).toThrow(RangeError);
      }),
    );
  });

  const broken: [string, Partial<ResponseFacts>][] = [
    ['a status that is none', { status: 99 }],
    ['a line break in a value', { headers: ['x-a', '1\r\nset-cookie: id=1'] }],
    ['a name that is none', { headers: ['x a', '1'] }],
    ['a name without a value', { headers: ['x-a'] }],
  ];
  it.each(broken)('refuses a head that node would not send: %s', (_what, facts) => {
    const reuse = { lifetimeMs: 1, staleWhileRevalidateMs: 0, staleIfErrorMs: 0, validation: 'none' as const };
    const fine = { status: 200, headers: [], body: Buffer.alloc(0), hasOwnTag: false, initialAgeMs: 0, reuse };
    const bytes = entryCodec.encode(createStoredResponse({ ...fine, clientSeconds: undefined, ...facts }));
    expect(() => entryCodec.decode(bytes)).toThrow();
  });

  it('throws or answers with an entry on hostile bytes, and does not hang', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          expect(['response', 'variants']).toContain(entryCodec.decode(Buffer.from(bytes)).kind);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });

  it('tells at least the bytes of body and head as the entry’s size', () => {
    fc.assert(fc.property(response, (entry) => (entryCodec.sizeOf?.(entry) ?? 0) >= entryCodec.encode(entry).length));
  });
});
