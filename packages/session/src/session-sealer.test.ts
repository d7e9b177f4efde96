import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSessionSealer } from './session-sealer.ts';

const FIRST = 'first-secret-first-secret-first-secret';
const SECOND = 'second-secret-second-secret-second-secret';
const KEY = 'bw:1:app:session:{abc}';
const sealer = createSessionSealer([FIRST]);

/** The layout, in bytes: version 0, key id 1-8, nonce 9-20, tag 21-36, ciphertext from 37. */
const NONCE = [9, 21] as const;
const OVERHEAD_BYTES = 37;

describe('a sealed record', () => {
  it('opens to the text that was sealed, under the same key', () => {
    const unicode = fc.string({ unit: fc.constantFrom('a', '"', '\0', 'ä', '漢', '😀', '\ud800') });
    fc.assert(
      fc.property(unicode, unicode, (text, key) => {
        const expected = Buffer.from(text).toString();
        expect(sealer.open(key, sealer.seal(key, text))).toEqual({ text: expected });
      }),
    );
  });

  it('shows nothing of the text but its length', () => {
    const text = JSON.stringify({ userId: 'ada', cookie: { httpOnly: true } });
    const record = sealer.seal(KEY, text);

    expect(record.length).toBe(text.length + OVERHEAD_BYTES);
    for (const word of ['ada', 'userId', 'cookie', 'httpOnly']) expect(record.includes(word)).toBe(false);
  });

  it('never has the same nonce twice', () => {
    const nonces = Array.from({ length: 500 }, () =>
      sealer
        .seal(KEY, '{}')
        .subarray(...NONCE)
        .toString('hex'),
    );

    expect(new Set(nonces).size).toBe(nonces.length);
  });

  it('does not open under the key of another session', () => {
    expect(sealer.open('bw:1:app:session:{abd}', sealer.seal(KEY, '{}'))).toEqual({ unreadable: 'altered' });
  });

  it('does not open once any bit of it was changed', () => {
    const record = sealer.seal(KEY, '{"userId":"ada"}');
    fc.assert(
      fc.property(fc.nat(record.length - 1), fc.nat(7), (at, bit) => {
        const altered = Buffer.from(record);
        altered.writeUInt8(altered.readUInt8(at) ^ (1 << bit), at);
        expect(sealer.open(KEY, altered)).toHaveProperty('unreadable');
      }),
    );
  });

  it('does not open when it was cut or lengthened', () => {
    const record = sealer.seal(KEY, '{"userId":"ada"}');

    for (let length = 0; length < record.length; length += 1) {
      expect(sealer.open(KEY, record.subarray(0, length))).toHaveProperty('unreadable');
    }
    expect(sealer.open(KEY, Buffer.concat([record, Buffer.of(0)]))).toEqual({ unreadable: 'altered' });
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['plain JSON', Buffer.from('{"cookie":{},"userId":"ada","padding":"0123456789012345678901234567"}')],
    ['a later version', Buffer.concat([Buffer.of(2), sealer.seal(KEY, '{}').subarray(1)])],
    ['only a header', sealer.seal(KEY, '').subarray(0, OVERHEAD_BYTES - 1)],
  ])('is of an unknown format where there is %s', (_what, record) => {
    expect(sealer.open(KEY, record)).toEqual({ unreadable: 'unknown-format' });
  });

  it('is no exception, whatever bytes lie there', () => {
    const header = [...sealer.seal(KEY, '').subarray(0, 9)];
    const bytes = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(
        fc.oneof(
          bytes,
          bytes.map((rest) => Uint8Array.from([...header, ...rest])),
        ),
        (record) => {
          expect(sealer.open(KEY, Buffer.from(record))).toHaveProperty('unreadable');
        },
      ),
    );
  });
});

describe('several secrets', () => {
  const rotated = createSessionSealer([SECOND, FIRST]);

  it('open what was sealed with any of them', () => {
    expect(rotated.open(KEY, sealer.seal(KEY, 'old'))).toEqual({ text: 'old' });
    expect(rotated.open(KEY, rotated.seal(KEY, 'new'))).toEqual({ text: 'new' });
  });

  it('seal with the first', () => {
    const record = rotated.seal(KEY, 'new');

    expect(createSessionSealer([SECOND]).open(KEY, record)).toEqual({ text: 'new' });
    expect(sealer.open(KEY, record)).toEqual({ unreadable: 'unknown-secret' });
  });
});

describe('the keys', () => {
  it('are the same for the same secret in every process', () => {
    expect(createSessionSealer([FIRST]).open(KEY, sealer.seal(KEY, 'text'))).toEqual({ text: 'text' });
  });

  it('open what an earlier release sealed: the format does not change unnoticed', () => {
    const record = 'Aa6QH7NGzUm7k5j5YyhbzJJAoTkDGmj54NcNC56cbaQQ3vL06JyIwHDSjcTXWVu/VyVCdpM=';

    expect(sealer.open(KEY, Buffer.from(record, 'base64'))).toEqual({ text: '{"userId":"ada"}' });
  });
});
