import { createManualClock } from '@breakwater/testkit';
import { describe, expect, it } from 'vitest';
import type { SpaceAtOnce } from '../cache.ts';
import type { Codec } from '../codecs/codec.ts';
import { createCache } from '../create-cache.ts';
import type { InvalidationTarget } from '../targets/target.ts';

const codec: Codec<Buffer> = { name: 'raw', encode: (value) => value, decode: (value) => value };

/** One whose values nobody can encode. */
const unencoded: Codec<Buffer> = {
  ...codec,
  encode: () => {
    throw new Error('not to be called');
  },
  encodedLength: (value) => value.length,
};

function setUp(given = codec, options: Parameters<typeof createCache>[0] = {}) {
  const cache = createCache({ ...options, clock: createManualClock() });
  const space = cache.space<Buffer>('files', { codec: given });
  return { cache, space, atOnce: space.atOnce as SpaceAtOnce<Buffer> };
}

describe('a space of a cache without Redis', () => {
  it('finds at once what is stored, and counts as the same call with a promise does', async () => {
    const { cache, space, atOnce } = setUp();
    expect(atOnce.lookup('a')).toBeUndefined();
    await space.set('a', Buffer.from('a'));
    expect(atOnce.lookup('a')).toEqual(await space.lookup('a'));
    expect(cache.stats().policies.files).toMatchObject({ miss: 1, hitMemory: 2 });
  });

  it('keeps at once what was reserved at once, for as long and under the tags that were said', async () => {
    const { cache, atOnce } = setUp();
    const reservation = atOnce.reserve('a', { tags: ['t'], ttl: '1h' });
    expect(await reservation.commit(Buffer.from('a'), { ttl: '5s', tags: ['late'] })).toBe(true);
    const entry = atOnce.lookup('a')?.entry;
    expect(entry).toMatchObject({ value: Buffer.from('a'), tags: ['t', 'late'] });
    expect((entry?.freshUntilMs ?? 0) - (entry?.storedAtMs ?? 0)).toBe(5000);
    await cache.invalidate({ tag: 'late' });
    expect(atOnce.lookup('a')).toBeUndefined();
  });

  it.each<InvalidationTarget>([{ key: 'a' }, { tag: 't' }, { pattern: 'a*' }, { all: true }])(
    'does not keep what was invalidated by %j since it was reserved',
    async (target) => {
      const { cache, space, atOnce } = setUp();
      const reservation = atOnce.reserve('a', { tags: ['t'] });
      await space.invalidate(target);
      expect(await reservation.commit(Buffer.from('a'))).toBe(false);
      expect([atOnce.lookup('a'), cache.stats().policies.files?.fenced]).toEqual([undefined, 1]);
    },
  );

  it('refuses a key and tags that are none, and keeps nothing while it is switched off', async () => {
    const { cache, atOnce } = setUp();
    expect(() => atOnce.lookup('')).toThrow(expect.objectContaining({ code: 'ERR_CACHE_KEY' }));
    expect(() => atOnce.reserve('')).toThrow(expect.objectContaining({ code: 'ERR_CACHE_KEY' }));
    expect(() => atOnce.reserve('a', { tags: [''] })).toThrow(expect.objectContaining({ code: 'ERR_CACHE_TAG' }));
    cache.setMode('bypass');
    expect(await atOnce.reserve('a').commit(Buffer.from('a'))).toBe(false);
    cache.setMode('cached');
    expect(atOnce.lookup('a')).toBeUndefined();
  });

  it('counts as bypass what is asked for while it is switched off, and as a miss what is not there', async () => {
    const { cache, space, atOnce } = setUp();
    await space.set('a', Buffer.from('a'));
    cache.setMode('bypass');
    expect(atOnce.lookup('a')).toBeUndefined();
    expect(cache.stats().policies.files).toMatchObject({ bypass: 1, hitMemory: 0, miss: 0 });
    cache.setMode('cached');
    expect([atOnce.lookup('a')?.tier, atOnce.lookup('b')]).toEqual(['memory', undefined]);
    expect(cache.stats().policies.files).toMatchObject({ bypass: 1, hitMemory: 1, miss: 1 });
  });

  it('encodes nothing whose length its codec tells, and refuses by that length what is too large', async () => {
    const { cache, space, atOnce } = setUp(unencoded, { maxEntrySize: 10 });
    await space.set('set', Buffer.alloc(10));
    expect(await atOnce.reserve('committed').commit(Buffer.alloc(10))).toBe(true);
    expect([atOnce.lookup('set'), atOnce.lookup('committed')]).not.toContain(undefined);
    expect(await atOnce.reserve('large').commit(Buffer.alloc(11))).toBe(false);
    await expect(space.set('large', Buffer.alloc(11))).rejects.toMatchObject({ code: 'ERR_CACHE_VALUE' });
    expect(cache.stats().policies.files).toMatchObject({ tooLarge: 2 });
  });
});
