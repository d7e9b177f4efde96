import { eventually, type RedisServer, startRedis } from '@breakwater/testkit';
import { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodeBeat } from '../../src/bus/bus-message.ts';
import { type Cache, createCache, createQuotas, type Quotas } from '../../src/index.ts';
import { createGatedLoader } from '../gated-loader.ts';
import { PATIENT } from '../instances.ts';

/** One node that owns every slot: it refuses what crosses slots, as any Cluster does. */
let server: RedisServer;
let clients: Cluster[];
let caches: Cache[];

beforeAll(async () => {
  server = await startRedis({ 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' });
  const redis = new Redis(server.url);
  await redis.cluster('ADDSLOTSRANGE', 0, 16_383);
  await eventually(async () => (await redis.cluster('INFO')).includes('cluster_state:ok'));
  redis.disconnect();
  clients = [0, 1].map(() => new Cluster([{ host: '127.0.0.1', port: server.port }]));
  const encryption = { keys: [{ id: 'k1', secret: 'a secret of at least thirty-two characters' }] };
  caches = clients.map((client) => createCache({ redis: client, encryption, deadlineMs: PATIENT }));
  await eventually(() => caches.every((cache) => cache.stats().bus.connected));
});
afterAll(async () => {
  await Promise.all(caches.map((cache) => cache.close()));
  for (const client of clients) client.disconnect();
  await server.stop();
});

it('a Cluster is read, written, fenced and invalidated without crossing slots', async () => {
  const [a, b] = caches as [Cache, Cache];
  const keys = Array.from({ length: 40 }, (_, index) => `k:${index}`);
  await Promise.all(keys.map((key) => a.set(key, key, { tags: ['x', `t:${key}`] })));
  expect(await Promise.all(keys.map((key) => b.get(key)))).toEqual(keys);

  expect(await a.invalidate({ key: ['k:0', 'k:1'] })).toMatchObject({ redisKeys: 2, shared: true });
  expect(await a.invalidate({ tag: ['t:k:2', 't:k:3'] })).toMatchObject({ tags: ['t:k:2', 't:k:3'], shared: true });
  expect(await a.invalidate({ pattern: 'k:1?' })).toMatchObject({ redisKeys: 10, shared: true });
  const gone = new Set([...keys.slice(0, 4), ...keys.slice(10, 20)]);
  for (const key of keys) await eventually(async () => (await b.get(key)) === (gone.has(key) ? undefined : key));

  const reservation = await b.reserve('k:0', { tags: ['x'] });
  await a.invalidate({ key: 'k:0' });
  expect(await reservation.commit('old')).toBe(false);
  expect(await b.getOrLoad('k:0', () => 'new', { tags: ['x'] })).toBe('new');
  expect(await a.get('k:0')).toBe('new');
  const options = { staleIfError: '1h', tags: ['y'] } as const;
  await Promise.all(keys.map((key) => a.set(key, key, options)));
  expect(await a.expire({ key: ['k:0', 'k:1'] })).toMatchObject({ redisKeys: 2, shared: true });
  expect(await a.expire({ pattern: 'k:1?' })).toMatchObject({ redisKeys: 10, shared: true });
  const budgeted = await a.expire({ pattern: 'k:?' }, { budget: 0 });
  // Three small nodes may be through before a budget of nothing has ended: either is reported as what it is.
  expect(budgeted.shared).toBe(budgeted.isComplete);
  await eventually(() => a.audit()[0]?.by === 'pattern' && a.audit()[0]?.redisKeys === 10);
  const fail = () => Promise.reject(new Error('no value'));
  for (const key of ['k:0', 'k:1', 'k:10', 'k:19']) await eventually(async () => (await b.get(key)) === undefined);
  expect(await b.get('k:20')).toBe('k:20');
  expect(await a.expire({ tag: 'y' })).toMatchObject({ tags: ['y'], shared: true });
  for (const key of keys) await eventually(async () => (await b.get(key)) === undefined);
  for (const key of keys) expect(await b.getOrLoad(key, fail, options)).toBe(key);

  expect(await b.dryRun({ tag: 'y' }, { budget: '20s' })).toMatchObject({ redis: { entries: 40, isComplete: true } });
  expect(await b.dryRun({ key: keys.slice(0, 3) }, { budget: '20s' })).toMatchObject({ redis: { entries: 3 } });
  const page = await b.keys('k:*', { limit: 10_000 });
  expect([page.keys.toSorted(), page.cursor]).toEqual([keys.toSorted(), undefined]);

  for (const cache of caches) expect(cache.stats().redis).toEqual({ state: 'up', errors: 0, unreadableFrames: 0 });
});

it('an invalidation on a Cluster may go at a pace, and keeps no load of another instance', async () => {
  const [a, b] = caches as [Cache, Cache];
  const keys = Array.from({ length: 20 }, (_, index) => `p:${index}`);
  await b.setMany(
    keys.map((key) => [key, key]),
    { tags: ['paced'] },
  );
  const gated = createGatedLoader();
  const loading = b.getOrLoad('p:late', gated.load, { tags: ['paced'] });
  await gated.begun(1);
  expect(await a.invalidate({ tag: 'paced' }, { pace: '10000/s' })).toMatchObject({ redisKeys: 20, shared: true });
  await eventually(() => b.audit().some(({ by, tags }) => by === 'tag' && tags.includes('paced')));
  gated.finish('old');
  await loading;
  for (const key of [...keys, 'p:late']) await eventually(async () => (await b.get(key)) === undefined);
});

it('a cold key is loaded by one instance of a Cluster’s', async () => {
  const loader = createGatedLoader();
  const loading = caches.map((cache) => cache.getOrLoad('cold', loader.load, { tags: ['x'] }));
  // Who waits may know of the lease before its holder does.
  await loader.begun(1);
  await eventually(() => caches.some((cache) => cache.stats().total.leasesAwaited === 1));
  expect(loader.runs()).toBe(1);
  loader.finish('value');
  expect(await Promise.all(loading)).toEqual(['value', 'value']);
  expect(loader.runs()).toBe(1);
});

it('a subject’s entries are encrypted on a Cluster, and forgotten', async () => {
  const [a, b] = caches as [Cache, Cache];
  await a.set('profile', 'of ada', { subject: 'ada' });
  const stored = await clients[0]?.getBuffer('bw:1:app:entry:{profile}');
  expect(stored?.includes('of ada')).toBe(false);
  await eventually(async () => (await b.get('profile')) === 'of ada');
  expect(await a.forget('ada')).toMatchObject({ shared: true });
  await eventually(async () => (await b.get('profile')) === undefined);
});

it('quotas are counted together on a Cluster', async () => {
  const [a, b] = clients.map((redis) => createQuotas({ redis, deadlineMs: PATIENT })) as [Quotas, Quotas];
  for (let user = 0; user < 20; user += 1) {
    await a.trackQuota(`user ${user}`, 'monthly', 2);
    expect(await b.trackQuota(`user ${user}`, 'monthly')).toMatchObject({ used: 3, shared: true });
    expect(await a.quotaUsage(`user ${user}`, 'monthly')).toMatchObject({ used: 3, shared: true });
  }
});

it('instances on a Cluster know what the others have heard', async () => {
  const [a, b] = caches as [Cache, Cache];
  await a.set('told', 'old');
  await b.get('told');
  await a.invalidate({ key: 'told' });
  const { applied, missing } = await a.ack({ within: '10s' });
  expect([applied.length, missing]).toEqual([1, []]);
  expect(b.peek('told')).toBeUndefined();
  expect(await b.demand(a.token(), { within: '10s' })).toBe(true);
  await clients[0]?.publish('bw:1:app:bus', encodeBeat({ publisher: 'p', sequence: 0, name: 'p', says: 'here' }));
  await clients[0]?.publish('bw:1:app:bus', encodeBeat({ publisher: 'p', sequence: 1, name: 'p', says: 'here' }));
  // What was lost is recorded nowhere.
  await eventually(() => b.stats().bus.flushes === 1);
});
