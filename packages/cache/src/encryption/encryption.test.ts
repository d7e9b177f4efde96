import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame } from '../entries/decode-frame.ts';
import { encodeFrame, type Frame, wholeFrame } from '../entries/frame.ts';
import { createCache } from '../index.ts';
import { createEncryption } from './encryption.ts';

const OLD = { id: 'k1', secret: 'first-secret-first-secret-first-secret' };
const NEW = { id: 'k2', secret: 'second-secret-second-secret-second-secret' };
const PLACE = 'bw:1:app:entry:{a}';
const encryption = createEncryption([OLD]);

const frame: Frame = {
  codec: 'json',
  validator: '"v1"',
  keyId: undefined,
  storedAtMs: 1_700_000_000_000,
  freshUntilMs: 1_700_000_001_000,
  staleUntilMs: 1_700_000_002_000,
  expiresAtMs: 1_700_000_005_000,
  stamps: [
    { tag: '', generation: 'i.0' },
    { tag: 'users', generation: 'i.1' },
  ],
  compression: 'zstd',
  payload: Buffer.from('{"name":"ada"}'),
};

function read(bytes: Buffer): Frame {
  const decoded = decodeFrame(bytes, 1024 ** 2);
  if (typeof decoded === 'string') throw new Error(`No frame: ${decoded}.`);
  return wholeFrame(decoded);
}

describe('encryption', () => {
  it('gives every payload back, and shows nothing of it but its length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 500 }), (bytes) => {
        const payload = Buffer.from(bytes);
        const stored = encodeFrame(encryption.seal({ ...frame, payload }, PLACE));
        expect(stored.includes(payload)).toBe(false);
        expect(stored.length).toBe(encodeFrame({ ...frame, keyId: 'k1', payload }).length + 34);
        expect(encryption.open(read(stored), PLACE)).toEqual(payload);
      }),
    );
  });

  it('opens at the place it was sealed for alone', () => {
    expect(encryption.open(encryption.seal(frame, PLACE), 'bw:1:app:entry:{b}')).toBe('altered');
  });

  it('does not open with any bit of the frame changed, but those of freshUntilMs', () => {
    const stored = encodeFrame(encryption.seal(frame, PLACE));
    fc.assert(
      fc.property(fc.nat(stored.length - 1), fc.nat(7), (at, bit) => {
        fc.pre(at < 10 || at >= 16);
        const altered = Buffer.from(stored);
        altered.writeUInt8(altered.readUInt8(at) ^ (1 << bit), at);
        const decoded = decodeFrame(altered, 1024 ** 2);
        const opened = typeof decoded === 'string' ? decoded : encryption.open(wholeFrame(decoded), PLACE);
        expect(typeof opened).toBe('string');
      }),
      { numRuns: 3000 },
    );
  });

  it.each<[string, Partial<Frame>]>([
    ['the codec', { codec: 'msgpack' }],
    ['the compression', { compression: 'none' }],
    ['the validator', { validator: undefined }],
    ['a generation', { stamps: [{ tag: '', generation: 'i.0' }] }],
    ['the time it was stored', { storedAtMs: frame.storedAtMs - 1 }],
    ['how long it may be stale', { staleUntilMs: frame.staleUntilMs + 1 }],
    ['how long it is better than an error', { expiresAtMs: frame.expiresAtMs + 1 }],
  ])('authenticates %s', (_what, part) => {
    expect(encryption.open({ ...encryption.seal(frame, PLACE), ...part }, PLACE)).toBe('altered');
  });

  it('lets its freshness be brought forward in place, and never put off', () => {
    const stored = encodeFrame(encryption.seal(frame, PLACE));
    stored.writeUIntBE(frame.storedAtMs, 10, 6);
    expect(encryption.open(read(stored), PLACE)).toEqual(frame.payload);
    stored.writeUIntBE(frame.freshUntilMs + 1, 10, 6);
    expect(encryption.open(read(stored), PLACE)).toBe('altered');
  });

  it('encrypts with the first key, and decrypts with all', () => {
    const rotated = createEncryption([NEW, OLD]);
    expect(rotated.seal(frame, PLACE).keyId).toBe('k2');
    expect(rotated.open(encryption.seal(frame, PLACE), PLACE)).toEqual(frame.payload);
    expect(encryption.open(rotated.seal(frame, PLACE), PLACE)).toBe('key');
    expect(createEncryption([{ ...OLD, secret: NEW.secret }]).open(encryption.seal(frame, PLACE), PLACE)).toBe(
      'altered',
    );
  });

  it('encrypts what is about a subject with its data key, and nothing else opens that', () => {
    const [ada, bob] = [Buffer.alloc(32, 'ada'), Buffer.alloc(32, 'bob')];
    const sealed = encryption.seal(frame, PLACE, ada);
    expect(sealed.keyId).toBe('');
    expect(encryption.open(sealed, PLACE, ada)).toEqual(frame.payload);
    expect(encryption.open(sealed, PLACE, bob)).toBe('altered');
    expect(encryption.open(sealed, PLACE)).toBe('key');
    expect(encryption.open({ ...sealed, keyId: OLD.id }, PLACE, ada)).toBe('altered');
  });
});

describe('the encryption option', () => {
  it.each<[unknown, string]>([
    [{}, 'encryption.keys must be an array of keys'],
    [{ keys: [] }, 'encryption.keys must be at least one key'],
    [{ keys: [OLD], key: 1 }, 'encryption must be an object with only the keys'],
    [{ keys: ['hunter2'] }, 'encryption.keys[0] must be an object { id, secret }'],
    [{ keys: [{ ...OLD, kid: 1 }] }, 'encryption.keys[0] must be an object with only the keys'],
    [{ keys: [{ ...OLD, id: 'Key 1' }] }, 'encryption.keys[0].id must be one to 16 characters'],
    [
      { keys: [OLD, { id: 'k2', secret: 'hunter2' }] },
      'encryption.keys[1].secret must be a random text of at least 32',
    ],
    [{ keys: [OLD, { ...NEW, id: 'k1' }] }, 'encryption.keys must be keys of different ids, got "k1"'],
  ])('is refused where it is wrong, and tells no secret: %j', (encryption, message) => {
    expect(() => createCache({ encryption: encryption as never })).toThrow(
      expect.objectContaining({ code: 'ERR_CACHE_OPTION', message: expect.stringContaining(message) }),
    );
    expect(() => createCache({ encryption: encryption as never })).not.toThrow(/hunter2|secret-/);
  });

  it('knows one way to encrypt', () => {
    expect(() => createCache({ policies: { user: { redis: { encryption: 'aes-128-cbc' as 'none' } } } })).toThrow(
      "policies.user.redis.encryption must be one of 'none', 'aes-256-gcm'",
    );
  });
});
