import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame } from './decode-frame.ts';
import { encodeFrame, FRAME_VERSION, type Frame, wholeFrame } from './frame.ts';
import { lifetimeAt } from './freshness.ts';

const MAX_BYTES = 1024 ** 2;
const FAULTS = ['oversized', 'magic', 'version', 'flags', 'malformed'];

const ascii = fc.string({ unit: 'grapheme-ascii', maxLength: 40 });
const wellFormed = fc.string({ unit: 'grapheme', maxLength: 100 });
const lifetime = fc
  .record({
    storedAtMs: fc.nat(2 ** 41),
    // None where it was made stale at once.
    ttlMs: fc.nat(2 ** 40),
    staleWhileRevalidateMs: fc.nat(2 ** 40),
    staleIfErrorMs: fc.nat(2 ** 40),
  })
  .map(({ storedAtMs, ...terms }) => lifetimeAt(terms, storedAtMs));
const rest = fc.record({
  codec: fc.stringMatching(/^[a-z0-9-]{1,16}$/),
  validator: fc.option(wellFormed, { nil: undefined }),
  keyId: fc.option(ascii, { nil: undefined }),
  stamps: fc.array(fc.record({ tag: wellFormed, generation: ascii }), { maxLength: 130 }),
  compression: fc.constantFrom('none', 'zstd', 'gzip', 'brotli'),
  payload: fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)),
});
const frame: fc.Arbitrary<Frame> = fc.tuple(lifetime, rest).map(([times, others]) => ({ ...times, ...others }));

function read(bytes: Buffer) {
  const decoded = decodeFrame(bytes, MAX_BYTES);
  return typeof decoded === 'string' ? decoded : wholeFrame(decoded);
}

const sample: Frame = {
  codec: 'json',
  validator: '"größe-1"',
  keyId: 'k1',
  storedAtMs: 1_700_000_000_000,
  freshUntilMs: 1_700_000_001_000,
  staleUntilMs: 1_700_000_002_000,
  expiresAtMs: 1_700_000_005_000,
  stamps: [
    { tag: '', generation: 'i.0' },
    { tag: 'größe', generation: 'i.1' },
  ],
  compression: 'none',
  payload: Buffer.from('{"a":1}'),
};

describe('a frame', () => {
  it('comes out as it went in, whichever of its parts the one before it had too', () => {
    const plain: Frame = { ...sample, validator: undefined, keyId: undefined };
    const others: Frame[] = [plain, { ...plain, codec: 'compact' }, { ...plain, stamps: [] }, sample, plain];
    expect(others.map((given) => read(encodeFrame(given)))).toEqual(others);
  });

  it('is read by its own flags, also where all behind them is what the one before it had', () => {
    const plain: Frame = { ...sample, validator: undefined, keyId: undefined };
    const flagged = encodeFrame(plain);
    flagged.writeUInt8(0b0100, 3);
    const read = () => decodeFrame(flagged, MAX_BYTES);
    decodeFrame(encodeFrame({ ...plain, codec: 'compact' }), MAX_BYTES);
    const alone = read();
    decodeFrame(encodeFrame(plain), MAX_BYTES);
    expect(read()).toEqual(alone);
  });

  it('comes out as it went in', () => {
    fc.assert(
      fc.property(frame, (given) => {
        expect(read(encodeFrame(given))).toEqual(given);
      }),
    );
  });

  it('is refused with a fault, and never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(FAULTS).toContain(read(Buffer.from(bytes)));
      }),
    );
  });

  it('comes out as it went in behind one with the same head, and is refused wherever it is cut behind that', () => {
    fc.assert(
      fc.property(frame, lifetime, rest, (first, times, { payload }) => {
        const second = { ...first, ...times, payload };
        const bytes = encodeFrame(second);
        read(encodeFrame(first));
        expect(read(bytes)).toEqual(second);
        expect(FAULTS).toContain(read(bytes.subarray(0, bytes.length - payload.length - 1)));
      }),
    );
  });

  it('is told from one before it that differs in nothing but one of the texts of its head', () => {
    const others = [
      { ...sample, validator: undefined },
      { ...sample, validator: undefined, keyId: undefined },
      { ...sample, validator: undefined, codec: 'jsox' },
      { ...sample, validator: undefined, stamps: [{ tag: '', generation: 'i.1' }] },
      { ...sample, validator: undefined, stamps: [{ tag: 'i', generation: '.0' }] },
      sample,
    ];
    for (const one of others) {
      for (const other of others) {
        read(encodeFrame(one));
        expect(read(encodeFrame(other))).toEqual(other);
      }
    }
  });

  it('is refused or read, and never throws, whatever byte of it is altered', () => {
    const bytes = encodeFrame(sample);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
        const altered = Buffer.from(bytes);
        altered[at] = byte;
        const frame = read(altered);
        expect(typeof frame === 'object' || FAULTS.includes(frame)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('is refused wherever it is cut, and with anything behind it', () => {
    const bytes = encodeFrame(sample);
    expect(read(bytes)).toEqual(sample);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(FAULTS).toContain(read(bytes.subarray(0, length)));
    }
    expect(read(Buffer.concat([bytes, Buffer.from('x')]))).toBe('malformed');
  });

  it.each([
    ['oversized', (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(MAX_BYTES)])],
    ['magic', (bytes: Buffer) => Buffer.from(bytes.fill(0, 0, 2))],
    ['version', (bytes: Buffer) => Buffer.from(bytes.fill(FRAME_VERSION + 1, 2, 3))],
    ['flags', (bytes: Buffer) => Buffer.from(bytes.fill(0b1_0000, 3, 4))],
    ['flags', (bytes: Buffer) => Buffer.from(bytes.fill(0b1000_0000, 3, 4))],
    ['malformed', (bytes: Buffer) => Buffer.from(bytes.fill(0, 10, 16))],
  ])('says that it is %s', (fault, alter) => {
    expect(read(alter(encodeFrame(sample)))).toBe(fault);
  });

  it('has its times where a script finds them, and its windows begin where that ends its freshness', () => {
    const bytes = encodeFrame(sample);
    expect([4, 10, 16, 22].map((at) => bytes.readUIntBE(at, 6))).toEqual([
      sample.storedAtMs,
      sample.freshUntilMs,
      1000,
      4000,
    ]);
    bytes.writeUIntBE(sample.storedAtMs, 10, 6);
    expect(read(bytes)).toEqual({
      ...sample,
      freshUntilMs: sample.storedAtMs,
      staleUntilMs: sample.storedAtMs + 1000,
      expiresAtMs: sample.storedAtMs + 4000,
    });
  });
});
