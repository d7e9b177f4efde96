import { createManualClock, eventually } from '@breakwater/testkit';
import { beforeAll, expect, it } from 'vitest';
import type { Cache, WriteOptions } from '../../src/index.ts';
import { deafRedis } from '../gated-redis.ts';
import { useRedis } from '../use-redis.ts';

const instances = useRedis();
let cache: Cache;

beforeAll(async () => {
  cache = await instances.open('app: {odd}*', {
    policies: { price: { ttl: '5s', tags: ['prices'] }, back: { write: 'back' } },
  });
});

it('every key that anything leaves in Redis is in the namespace and has a ttl', async () => {
  const redis = instances.client();
  await redis.set('bw:1:app:entry:{foreign}', 'not ours', 'PX', 60_000);
  const space = cache.space<Buffer>('http', {
    codec: { name: 'raw', encode: (value) => value, decode: (value) => value },
  });
  await cache.set('set', 1, { policy: 'price' });
  await cache.getOrLoad('loaded', () => 1, { tags: ['a tag {with} odd: characters*'] });
  await (await cache.reserve('reserved', { tags: ['x'] })).commit(1);
  await space.set('GET /a?b={c}', Buffer.from('body'), { tags: ['x'] });
  await cache.invalidate({ key: ['set', 'never there'] });
  await cache.invalidate({ tag: ['x', 'never there'] });
  await cache.invalidate({ pattern: 'l*' });
  await space.invalidate({ pattern: '*' });
  await cache.set('after', 1, { tags: ['x'] });
  const filling = await cache.reserveToFill('being filled');

  const keys = (await redis.keys('*')).filter((key) => key !== 'bw:1:app:entry:{foreign}');
  const kinds = new Set<string>();
  for (const key of keys) {
    expect(await redis.pttl(key), key).toBeGreaterThan(0);
    const [, kind = ''] = /^bw:1:app%3A%20%7Bodd%7D\*:([a-z.-]+):\{[^{}]*\}$/.exec(key) ?? [];
    kinds.add(kind);
  }
  expect(kinds).toEqual(new Set(['entry', 'tombstone', 'lease', 'tag', 'tag-log', 'sweep', 'bus']));
  filling?.abandon('failed');
  expect(await redis.exists('bw:1:app:entry:{foreign}')).toBe(1);
});

it.each<[string, (options: WriteOptions) => Promise<unknown>]>([
  ['set', (options) => cache.set('k', 1, options)],
  ['set with others', (options) => cache.setMany([['k', 1]], options)],
  ['loaded', (options) => cache.getOrLoad('k', () => 1, { ...options, mode: 'refresh' })],
  [
    'loaded with others',
    (options) => cache.loadMany(['k'], () => new Map([['k', 1]]), { ...options, mode: 'refresh' }),
  ],
  ['committed', async (options) => (await cache.reserve('k', options)).commit(1)],
  ['written back', (options) => cache.set('k', 1, { ...options, policy: 'back' }).then(() => cache.drain())],
])('an entry that was %s leaves Redis by itself when it may no longer be served', async (_how, store) => {
  const ttlMs = () => instances.client().pttl('bw:1:app%3A%20%7Bodd%7D*:entry:{k}');
  await store({ ttl: '1h' });
  expect(await ttlMs()).toBeGreaterThan(3_500_000);
  expect(await ttlMs()).toBeLessThanOrEqual(3_600_000);
  await store({ ttl: '10m', staleWhileRevalidate: '20m', staleIfError: '30m' });
  expect(await ttlMs()).toBeGreaterThan(2_300_000);
  expect(await ttlMs()).toBeLessThanOrEqual(2_400_000);
});

it.each([
  ['goes on', {}],
  ['is set back by as long as the load takes', { clock: createManualClock(Date.now()) }],
])(
  'a tombstone is gone after its time, and no load that began before it is let through, where the clock %s',
  async (title, given) => {
    const redis = instances.client();
    const namespace = title.replaceAll(' ', '-');
    const options = { tombstoneTtl: '1s', ...given } as const;
    const deaf = instances.openUnheard(namespace, { redis: deafRedis(instances.client()), ...options });
    await eventually(async () => (await deaf.reserve('k')).commit('first'));
    const other = await instances.open(namespace, { tombstoneTtl: '1s' });
    const reservation = await deaf.reserve('k');
    await other.invalidate({ key: 'k' });
    expect(await redis.pttl(`bw:1:${namespace}:tombstone:{k}`)).toBeGreaterThan(0);
    await eventually(async () => (await redis.exists(`bw:1:${namespace}:tombstone:{k}`)) === 0);
    expect(await reservation.commit('old')).toBe(false);
    expect(await other.get('k')).toBeUndefined();
    expect(await (await deaf.reserve('k')).commit('new')).toBe(true);
    expect(await other.get('k')).toBe('new');
  },
);

it('a pattern from outside removes only what it literally names', async () => {
  const keys = ['a', 'ab', 'a[b]', 'a?b', 'a\\b', '^a', 'a-c', 'a{b}'];
  const open = () => Promise.all(keys.map((key) => cache.set(key, key)));
  for (const pattern of ['[a-z]', 'a[b]', 'a\\b', '[^x]*', '{a,ab}', 'a-c']) {
    await open();
    await cache.invalidate({ pattern });
    const reader = await instances.open('app: {odd}*');
    const left = await Promise.all(keys.map((key) => reader.get(key)));
    expect(left.filter((key) => key === undefined).length, pattern).toBe(keys.includes(pattern) ? 1 : 0);
  }
});
