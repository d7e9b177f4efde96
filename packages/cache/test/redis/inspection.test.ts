import { expect, it } from 'vitest';
import { gateRedis } from '../gated-redis.ts';
import { useRedis } from '../use-redis.ts';

const instances = useRedis();

it('counts in Redis what another instance stored, also stale, and not what is only named like it', async () => {
  const [a, b] = await Promise.all([instances.open('others'), instances.open('others')]);
  await a.set('k:1', 'x'.repeat(5000), { tags: ['tag', 'x'.repeat(900)], staleIfError: '1h' });
  await a.set('k:2', 'tag', { tags: ['tags', 'ag'] });
  await a.expire({ tag: 'tag' });
  await a.set('k:3', 'fresh', { tags: ['tag'] });
  expect(await b.dryRun({ tag: 'tag' }, { budget: '20s' })).toMatchObject({
    memory: { entries: 0 },
    redis: { entries: 2 },
  });
  expect((await b.dryRun({ tag: 'x'.repeat(900) }, { budget: '20s' })).redis.bytes).toBeGreaterThan(5900);
  await a.invalidate({ tag: 'tag' });
  expect(await b.dryRun({ tag: 'tag' }, { budget: '20s' })).toMatchObject({
    redis: { entries: 0, bytes: 0, isComplete: true },
  });
});

it('ends with its budget, and says so', async () => {
  const cache = await instances.open('budget');
  await cache.setMany(Array.from({ length: 20 }, (_, index) => [`k:${index}`, 1]));
  expect((await cache.dryRun({ pattern: 'k:*' }, { budget: 0 })).redis).toMatchObject({ isComplete: false });
  expect((await cache.dryRun({ pattern: 'k:*' }, { budget: '1m' })).redis).toMatchObject({ isComplete: true });
});

it('says what memory knows while Redis is away, and goes on with a walk when it is back', async () => {
  const gate = gateRedis(instances.client());
  const cache = await instances.open('away', { redis: gate.client });
  await cache.setMany(Array.from({ length: 300 }, (_, index) => [`k:${index}`, 1] as const));
  const first = await cache.keys('k:*', { limit: 10 });
  const repairs = [gate.failCommands('scan'), gate.failCommands('evalsha'), gate.failCommands('mgetBuffer')];
  expect(await cache.dryRun({ pattern: 'k:1?' }, { budget: '20s' })).toMatchObject({
    memory: { entries: 10 },
    redis: { entries: 0, isComplete: false },
  });
  expect(await cache.keys('k:1?', { limit: 3 })).toEqual({ keys: ['k:10', 'k:11', 'k:12'], cursor: 'memory:k:12' });
  expect(await cache.keys('k:*', { cursor: first.cursor })).toEqual({ keys: [], cursor: first.cursor });
  expect((await cache.describeTag('none')).generation).toBeUndefined();
  for (const repair of repairs) repair();
  const rest = await cache.keys('k:*', { cursor: first.cursor, limit: 10_000 });
  expect(new Set([...first.keys, ...rest.keys]).size).toBe(300);
  expect(rest.cursor).toBeUndefined();
});

it('looks at what another instance stored, and does not take it into memory', async () => {
  const [a, b] = await Promise.all([instances.open('looks'), instances.open('looks')]);
  await a.set('k', 1, { tags: ['tag'] });
  const entries = b.stats().memory.entries;
  expect(await b.inspect('k')).toMatchObject({ memory: undefined, redis: { value: 1, tags: ['tag'] } });
  expect(b.stats().memory.entries).toBe(entries);
  expect(await b.lookup('k')).toMatchObject({ tier: 'redis' });
});
