import { eventually, type RedisServer, startRedis } from '@breakwater/testkit';
import { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cache, createCache } from '../../src/index.ts';
import { type GatedRedis, gateRedis } from '../gated-redis.ts';
import { hearAll, PATIENT } from '../instances.ts';
import { createMemorySource } from '../memory-source.ts';

/** One node that owns every slot: it refuses what crosses slots, as any Cluster does. */
let server: RedisServer;
let clients: Cluster[];
let gate: GatedRedis;
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
  const [first, second] = clients as [Cluster, Cluster];
  gate = gateRedis(first);
  caches = [gate.client, second].map((redis) =>
    createCache({ redis, deadlineMs: PATIENT, policies, writeBack: { interval: '1h' } }),
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

// Nothing in the slot of the key tells of such an invalidation.
it('what a source has taken is not kept where another instance’s pattern goes by before it comes to the Cluster', async () => {
  const [one, other] = caches as [Cache, Cache];
  await one.set('warm', 1, { policy: 'source' });
  const send = gate.holdCommands('evalsha');
  const writing = one.set('k', 'stored', { policy: 'source' });
  await eventually(() => expect(gate.held('evalsha')).toBe(1));
  await other.invalidate({ pattern: 'k*' });
  await hearAll(one, other);
  database.rows.set('k', 'changed by somebody');
  send();
  await writing;
  for (const cache of caches) expect(await cache.getOrLoad('k', { policy: 'source' })).toBe('changed by somebody');
});

describe('a flush that comes to a Cluster late, as one that is redirected does', () => {
  it.each<[string, (cache: Cache, key: string) => Promise<unknown>, unknown]>([
    ['a later set', (cache, key) => cache.set(key, 'new'), 'new'],
    ['a load in its place', (cache, key) => cache.getOrLoad(key, () => 'new', { mode: 'refresh' }), 'new'],
    ['a later invalidation', (cache, key) => cache.invalidate({ key }), undefined],
    ['a later set of a cache that is switched off', setInBypass, undefined],
  ])('does not undo %s', async (what, call, left) => {
    const [one, other] = caches as [Cache, Cache];
    await one.set('warm', 1);
    await one.set(what, 'old', { policy: 'back' });
    const send = gate.holdCommands('evalsha');
    const draining = one.drain();
    await eventually(() => expect(gate.held('evalsha')).toBe(1));
    // The commands of another connection come sooner.
    gate.holdCommands('evalsha')();
    const calling = call(one, what);
    // It would be over by then.
    for (let turn = 0; turn < 20; turn += 1) await gate.client.ping();
    send();
    await Promise.all([draining, calling]);
    await hearAll(other, one);
    expect(await one.get(what)).toBe(left);
    expect(await other.get(what)).toBe(left);
  });
});

async function setInBypass(cache: Cache, key: string): Promise<void> {
  cache.setMode('bypass');
  await cache.set(key, 'new');
  cache.setMode('cached');
}
