import { expect, it, vi } from 'vitest';
import { createWarmer } from '../../src/warmer.ts';
import { deafRedis, lateRedis } from '../gated-redis.ts';
import { useRedis } from '../use-redis.ts';

const instances = useRedis();

it('a process that starts has in memory what the one before it was asked for, from Redis, and else from the loader', async () => {
  const load = vi.fn((key: string) => `loaded ${key}`);
  const options = { sets: { all: { keys: 'hot', load } } } as const;
  const before = await instances.open('app');
  await before.setMany(Object.entries({ a: 1, b: 2, cold: 3 }));
  for (const key of ['a', 'b']) await before.get(key);
  await createWarmer(before, options).stop();
  await before.invalidate({ key: 'b' });
  await before.close();

  const redis = instances.client();
  expect(await redis.pttl('bw:1:app:entry.warmer:{hot-keys}')).toBeGreaterThan(0);
  const after = await instances.open('app');
  const warmer = createWarmer(after, options);
  expect(await warmer.start()).toMatchObject([{ keys: 2, warmed: 2, failed: 0 }]);
  expect(after.peek('a')?.value).toBe(1);
  expect(after.peek('b')?.value).toBe('loaded b');
  expect(after.peek('cold')).toBeUndefined();
  expect(load).toHaveBeenCalledTimes(1);
  await warmer.stop();
});

it('a set that two instances warm at once is loaded once', async () => {
  const load = vi.fn(async (key: string) => key);
  const keys = Array.from({ length: 50 }, (_, index) => `fleet:${index}`);
  const caches = await Promise.all([instances.open('fleet'), instances.open('fleet')]);
  const warmers = caches.map((cache) => createWarmer(cache, { sets: { all: { keys, load } } }));
  const reports = await Promise.all(warmers.map((warmer) => warmer.start()));
  expect(reports).toMatchObject([[{ warmed: 50, failed: 0 }], [{ warmed: 50, failed: 0 }]]);
  expect(load).toHaveBeenCalledTimes(50);
  for (const cache of caches) expect(cache.peek('fleet:7')?.value).toBe('fleet:7');
  await Promise.all(warmers.map((warmer) => warmer.stop()));
});

it('a cache that was made just now is warmed when it hears the others, so that its memory keeps what it gets', async () => {
  const client = instances.client();
  await client.ping();
  const { redis, connect } = lateRedis(client, client);
  const young = instances.openUnheard('young', { redis });
  const load = vi.fn((key: string) => key);
  const warmer = createWarmer(young, { sets: { all: { keys: ['a', 'b'], load } } });
  const starting = warmer.start();
  // Of the connection that would ask for the keys, which answers in order.
  for (let turn = 0; turn < 3; turn += 1) await client.ping();
  expect(load).not.toHaveBeenCalled();
  connect();
  expect(await starting).toMatchObject([{ keys: 2, warmed: 2, failed: 0 }]);
  expect([young.peek('a')?.value, young.peek('b')?.value]).toEqual(['a', 'b']);
  await warmer.stop();
});

it('a cache that never hears the others warms Redis', async () => {
  const client = instances.client();
  await client.ping();
  const deaf = instances.openUnheard('deaf', { redis: deafRedis(client) });
  const warmer = createWarmer(deaf, { sets: { all: { keys: ['a'], load: (key) => key } } });
  expect(await warmer.start()).toMatchObject([{ warmed: 1 }]);
  const other = await instances.open('deaf');
  expect(await other.get('a')).toBe('a');
  await warmer.stop();
});
