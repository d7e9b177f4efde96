import { asDocumented, documentedDefaults } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { COOKIE_DEFAULTS, DOOR_DEFAULTS, resolveDoorOptions, type SessionOptions } from './door-options.ts';
import { createSessionStore } from './index.ts';
import { DEFAULTS, MEMORY_DEFAULTS, resolveOptions, type SessionStoreOptions } from './options.ts';

const SECRET = 'a-secret-of-this-test-a-secret-of-this-test';

describe('the options', () => {
  it.each([
    ['options.ts', 'SessionStoreOptions', DEFAULTS],
    ['options.ts', 'MemoryOptions', MEMORY_DEFAULTS],
    ['door-options.ts', 'SessionOptions', DOOR_DEFAULTS],
    ['door-options.ts', 'SessionCookieOptions', COOKIE_DEFAULTS],
  ])('in %s, %s, are documented with the defaults they have', (file, name, defaults) => {
    expect(documentedDefaults(new URL(file, import.meta.url), name)).toEqual(asDocumented(defaults));
  });

  it('keep a session for 30 minutes of idleness and 24 hours in all, and take other times', () => {
    expect(resolveOptions({}).lifetimes).toEqual({ idleMs: 1_800_000, absoluteMs: 86_400_000 });
    expect(resolveOptions({ idle: '5m', absolute: 7_200_000 }).lifetimes).toEqual({
      idleMs: 300_000,
      absoluteMs: 7_200_000,
    });
  });

  it('take an explicit undefined for absent', () => {
    const options = { redis: undefined, secret: undefined, idle: undefined, memory: { maxSessions: undefined } };
    expect(resolveOptions(options)).toEqual(resolveOptions({}));
  });

  it.each([
    [{ idle: 'soon' }, 'idle must be a duration'],
    [{ absolute: 0 }, 'absolute must be a duration'],
    [{ namespace: '' }, 'namespace must be a text that is not empty'],
    [{ memory: { maxSessions: 0 } }, 'memory.maxSessions must be a whole number of at least 1, got 0.'],
    [{ memory: { max: 1 } }, 'memory must be an object with only the keys maxSessions'],
    [{ ttl: '1h' }, 'options must be an object with only the keys idle, absolute'],
    [{ redis: {} }, 'secret must be a random text of at least 32 characters'],
    [{ redis: {}, secret: SECRET }, 'redis must be a Breakwater pool or an ioredis client'],
    [
      { redis: new Redis({ lazyConnect: true, keyPrefix: 'app:' }), secret: SECRET },
      'redis must be a client without keyPrefix; use namespace instead',
    ],
  ])('of the store refuse %o', (options, message) => {
    expect(() => createSessionStore(options as SessionStoreOptions)).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_OPTION', message: expect.stringContaining(message) }),
    );
  });

  it.each([
    [{}, 'secret must be a random text of at least 32 characters'],
    [{ secret: [] }, 'secret must be'],
    [{ secret: [SECRET, 'short'] }, 'at least 32 characters (openssl rand -base64 48), got 5.'],
    [{ secret: Buffer.alloc(32) }, 'secret must be'],
    [{ secret: SECRET, onOutage: 'panic' }, "onOutage must be one of 'anonymous', 'unavailable'"],
    [{ secret: SECRET, cookie: { maxAge: 5 } }, 'cookie must be an object with only the keys name, path'],
    [{ secret: SECRET, cookie: { sameSite: true } }, "cookie.sameSite must be one of 'strict', 'lax', 'none'"],
    [{ secret: SECRET, cookie: { secure: 'yes' } }, "cookie.secure must be one of true, false, 'auto'"],
    [{ secret: SECRET, cookie: { domain: '' } }, 'cookie.domain must be a text that is not empty'],
    [{ secret: SECRET, resave: true }, 'options must be an object with only the keys'],
  ])('of the doors refuse %o', (options, message) => {
    expect(() => resolveDoorOptions(options as SessionOptions)).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_OPTION', message: expect.stringContaining(message) }),
    );
  });

  it('of the doors refuse what belongs to a store that is passed', () => {
    const options = { secret: SECRET, store: createSessionStore(), idle: '5m' } as const;
    expect(() => resolveDoorOptions(options)).toThrow('idle must be given to createSessionStore');
  });

  it('never show a secret in an error', () => {
    expect(() => resolveOptions({ redis: {} as never, secret: 'hunter2' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    );
  });
});
