import { eventually, type RedisServer, startRedis } from '@breakwater/testkit';
import { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Cache, createCache } from '../../src/index.ts';
import { PATIENT } from '../instances.ts';
import { createMemorySource } from '../memory-source.ts';

/** One node that owns every slot: it refuses what crosses slots, as any Cluster does. */
let server: RedisServer;
let clients: Cluster[];
let caches: Cache[];
const database = createMemorySource();

beforeAll(async () => {
  server = await startRedis({ 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' });
  const redis = new Redis(server.url);
  await redis.cluster('ADDSLOTSRANGE', 0, 16_383);
  await eventually(async () => (await redis.cluster('INFO')).includes('cluster_state:ok'));
  redis.disconnect();
  const { source } = database;
  const policies = { back: { write: 'back' }, around: { write: 'around' }, source: { source } } as const;
  clients = [0, 1].map(() => new Cluster([{ host: '127.0.0.1', port: server.port }]));
  caches = clients.map((client) =>
    createCache({ redis: client, deadlineMs: PATIENT, policies, writeBack: { interval: '1h' } }),
  );
  await eventually(() => caches.every((cache) => cache.stats().bus.connected));
});
afterAll(async () => {
  await Promise.all(caches.map((cache) => cache.close()));
  for (const client of clients) client.disconnect();
  await server.stop();
});

it.each(['back', 'around', 'source'])(
  'writes of the policy %s reach a Cluster without crossing slots',
  async (policy) => {
    const [one, other] = caches as [Cache, Cache];
    const entries = Array.from({ length: 40 }, (_, index) => [`${policy}:${index}`, index] as const);
    await one.setMany(entries, { policy, tags: ['x', policy] });
    expect(await one.drain()).toEqual({ buffered: 0 });
    for (const [key, value] of entries) expect(await other.get(key)).toBe(value);
    await one.set(`${policy}:0`, 'again', { policy });
    await one.drain();
    await eventually(async () => (await other.get(`${policy}:0`)) === 'again');
    await other.invalidate({ tag: 'x' });
    expect(await other.get(`${policy}:1`)).toBeUndefined();
  },
);
