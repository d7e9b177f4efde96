import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, type RedisCluster, type RedisServer, startRedis, startRedisCluster } from '@breakwater/testkit';
import { Cluster, type Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Cache, type CacheOptions, createCache } from '../../src/index.ts';
import { createGatedLoader } from '../gated-loader.ts';
import { DEAF_SUBSCRIBER } from '../gated-redis.ts';
import { createActor, KEYS } from '../history/actor.ts';
import { checkHistory, type Operation } from '../history/history.ts';
import { createRandom } from '../history/random.ts';
import { PATIENT } from '../instances.ts';
import { type ClusterAdmin, createClusterAdmin, type SlotMove } from '../slot-moves.ts';

let cluster: RedisCluster;
/** Of the Cluster, and without slots: no client has heard of it. */
let newcomer: RedisServer;
let admin: ClusterAdmin;
let clients: Cluster[] = [];
let caches: Cache[] = [];
let count = 0;

const keyOf = (kind: string, slot: string) => `bw:1:n${count}:${kind}:{${slot}}`;

beforeAll(async () => {
  const settings = { 'cluster-enabled': 'yes', 'cluster-node-timeout': '1000' };
  [cluster, newcomer] = await Promise.all([
    startRedisCluster({ masters: 3, replicasPerMaster: 0 }),
    startRedis(settings),
  ]);
  const nodes = [...cluster.nodes, newcomer];
  admin = createClusterAdmin(nodes);
  await Promise.all(cluster.nodes.map(({ port }) => admin.client(newcomer).cluster('MEET', '127.0.0.1', port)));
  await eventually(async () => {
    const infos = await Promise.all(nodes.map((node) => admin.client(node).cluster('INFO')));
    return infos.every((info) => info.includes('cluster_known_nodes:4') && info.includes('cluster_state:ok'));
  });
});
beforeEach(() => {
  count += 1;
});
afterEach(async () => {
  await Promise.all(caches.map((cache) => cache.close()));
  for (const client of clients) client.disconnect();
  [caches, clients] = [[], []];
});
afterAll(async () => {
  admin.close();
  await Promise.all([cluster.stop(), newcomer.stop()]);
});

function connect(): Cluster {
  // A command that is refused because its slot moves is tried 16 times.
  const client = new Cluster(cluster.startupNodes, { retryDelayOnTryAgain: 10 });
  clients.push(client);
  return client;
}

/** Without room in memory everything is read from Redis. */
function openOn(redis: Cluster, options: Partial<CacheOptions> = { memory: { maxSize: 1 } }): Cache {
  const cache: Cache = createCache({ redis, namespace: `n${count}`, deadlineMs: PATIENT, ...options });
  caches.push(cache);
  return cache;
}

/** Two instances, and the client of the first. */
async function open(options?: Partial<CacheOptions>): Promise<[Cache, Cache, Cluster]> {
  for (const client of [connect(), connect()]) openOn(client, options);
  await eventually(() => caches.every((cache) => cache.stats().bus.connected));
  return [...caches, ...clients] as [Cache, Cache, Cluster];
}

async function way(key: string): Promise<{ readonly from: RedisServer; readonly to: RedisServer }> {
  const from = await admin.ownerOf(key);
  return { from, to: cluster.nodes.find((node) => node !== from) as RedisServer };
}

async function beginMove(key: string): Promise<SlotMove> {
  return admin.beginMove(key, (await way(key)).to);
}

describe('an invalidation while a Cluster moves a slot', () => {
  const halves = [
    ['stays for now', []],
    ['has gone ahead', ['k']],
  ] as const;

  it.each(
    halves.flatMap(([where, gone]) => (['invalidate', 'expire'] as const).map((does) => [does, where, gone] as const)),
  )(
    '(%s) by a key whose entry %s is refused, and made up for while the slot is still on its way',
    async (does, _where, gone) => {
      const [a, b] = await open();
      await a.set('k', 'old');
      const move = await beginMove(keyOf('entry', 'k'));
      await move.carry(...gone.map((key) => keyOf('entry', key)));
      expect(await a[does]({ key: 'k' })).toMatchObject({ shared: false });
      expect(await a.get('k')).toBeUndefined();
      await eventually(async () => (await b.get('k')) === undefined);
      // Nothing is due any more: what is stored is read again, here as well.
      await b.set('k', 'new');
      await eventually(async () => (await a.get('k')) === 'new');
      await move.finish();
      expect(await b.get('k')).toBe('new');
    },
  );

  it.each(['before', 'after'])(
    'by a key ends a load that began before, and comes to its end %s the slot has moved',
    async (end) => {
      const [a] = await open();
      await a.set('other', 1);
      const client = connect();
      vi.spyOn(client, 'duplicate').mockReturnValue(DEAF_SUBSCRIBER as Cluster);
      const deaf = openOn(client);
      const loader = createGatedLoader();
      const loading = deaf.getOrLoad('k', loader.load);
      await loader.begun(1);
      const move = await beginMove(keyOf('entry', 'k'));
      expect(await a.invalidate({ key: 'k' })).toMatchObject({ shared: false });
      // Nothing is read from Redis as long as it is due.
      await eventually(async () => (await a.get('other')) === 1);
      if (end === 'after') await move.finish();
      loader.finish('old');
      expect(await loading).toBe('old');
      if (end === 'before') await move.finish();
      // Either it is refused by what the invalidation has left, or it did not come to Redis while that moved.
      await eventually(() => deaf.stats().total.fenced + deaf.stats().redis.errors > 0);
      expect(await a.get('k')).toBeUndefined();
      expect(await a.getOrLoad('k', () => 'new')).toBe('new');
    },
  );

  it.each([
    ['a tag', 'x', { tag: 'x' }],
    ['all', '', { all: true }],
  ] as const)('by %s is taken, wherever the generation is', async (_by, tag, target) => {
    const [a, b] = await open();
    await a.set('k', 'old', { tags: ['x'] });
    expect(await b.get('k')).toBe('old');
    const move = await beginMove(keyOf('tag', tag));
    expect(await a.invalidate(target)).toMatchObject({ shared: true });
    await eventually(async () => (await b.get('k')) === undefined);
    await a.set('k', 'newer', { tags: ['x'] });
    await move.carry(keyOf('tag', tag));
    expect(await b.get('k')).toBe('newer');
    expect(await a.invalidate(target)).toMatchObject({ shared: true });
    await eventually(async () => (await b.get('k')) === undefined);
    await move.finish();
    expect(await b.get('k')).toBeUndefined();
  });

  it.each([
    ['half a slot that moves', 'half', {}],
    ['a whole slot that moves', 'whole', {}],
    ['a whole slot that moves, at a pace', 'whole', { pace: '1000/s' }],
  ] as const)('by pattern ends %s behind the walk', async (_what, moved, options) => {
    const [a, b, client] = await open();
    await a.set('k', 'old');
    expect(await b.get('k')).toBe('old');
    const entry = keyOf('entry', 'k');
    const { from, to } = await way(entry);
    const begun = moved === 'half' ? await admin.beginMove(entry, to) : undefined;
    const isNotTo = (node: Redis) => Number(node.options.port !== to.port);
    // The key leaves its node when only the one that it goes to is through.
    const [first, ...others] = client.nodes('master').toSorted((one, other) => isNotTo(one) - isNotTo(other));
    if (!first) throw new Error('A Cluster has nodes.');
    vi.spyOn(client, 'nodes').mockReturnValue([first, ...others]);
    const scan = first.scan.bind(first) as (...words: unknown[]) => ReturnType<Redis['scan']>;
    vi.spyOn(first, 'scan').mockImplementationOnce(async (...words: unknown[]) => {
      const page = await scan(...words);
      if (begun) await begun.carry(entry);
      else await (await admin.beginMove(entry, to)).finish();
      return page;
    });
    expect(await a.invalidate({ pattern: 'k*' }, options)).toMatchObject({ redisKeys: 1, shared: true });
    expect(await b.get('k')).toBeUndefined();
    await begun?.finish();
    expect(await b.get('k')).toBeUndefined();
    expect(await admin.ownerOf(entry)).not.toBe(from);
  });

  it('by pattern ends everything where it may be on a node that the client has not heard of', async () => {
    const [a, b] = await open();
    const entry = keyOf('entry', 'k');
    await a.setMany(Object.entries({ k: 'old', other: 'old' }));
    const move = await admin.beginMove(entry, newcomer);
    await move.carry(entry);
    for (const does of ['expire', 'invalidate'] as const) {
      // Who looks for the key is told of the node; the instance that ends it does not look.
      expect(await a[does]({ pattern: 'k*' })).toMatchObject({ redisKeys: 0, shared: true });
      expect(await a.get('other')).toBeUndefined();
      await eventually(async () => (await b.getMany(['k', 'other'])).size === 0);
      await b.setMany(Object.entries({ k: 'newer', other: 'newer' }));
      expect(await a.get('other')).toBe('newer');
    }
    await move.finish();
    expect(await a.get('k')).toBe('newer');
  });
});

it('an invalidation by pattern walks every master of a Cluster, and ends nothing else', async () => {
  const [a, b] = await open();
  const named = Array.from({ length: 120 }, (_, index) => `p:${index}`);
  const others = Array.from({ length: 30 }, (_, index) => `q:${index}`);
  await a.setMany([...named, ...others].map((key) => [key, key]));
  const owners = await Promise.all(named.slice(0, 30).map((key) => admin.ownerOf(keyOf('entry', key))));
  expect(new Set(owners).size).toBe(3);
  for (const node of cluster.nodes) await admin.client(node).config('RESETSTAT');
  expect(await a.invalidate({ pattern: 'p:*' })).toMatchObject({ redisKeys: 120, shared: true, isComplete: true });
  expect([...(await b.getMany([...named, ...others])).keys()]).toEqual(others);
  for (const node of cluster.nodes) {
    const commands = await admin.client(node).info('commandstats');
    expect(commands).toContain('cmdstat_scan');
    expect(commands).not.toContain('cmdstat_keys');
  }
});

it('a walk over a Cluster with a node that the client has not heard of is incomplete, and no outage', async () => {
  const [a, b, client] = await open();
  await a.setMany(Object.entries({ k: 'old', other: 'old' }), { tags: ['x'] });
  const told = vi.fn();
  for (const event of ['outage:began', 'outage:ended'] as const) a.on(event, told);
  vi.spyOn(client, 'nodes').mockReturnValue(client.nodes('master').slice(1));
  expect(await a.dryRun({ tag: 'x' }, { budget: '20s' })).toMatchObject({ redis: { isComplete: false } });
  expect(await a.invalidate({ tag: 'x' }, { pace: '10000/s' })).toMatchObject({ shared: false, isComplete: false });
  // All at once, without a walk.
  await eventually(async () => (await b.getMany(['k', 'other'])).size === 0);
  expect(told).not.toHaveBeenCalled();
});

it('nothing is read that is older than an acknowledged invalidation, while slots move to and fro', async () => {
  const random = createRandom(20_260_101);
  const [a, b] = await open({ deadlineMs: '500ms' });
  const operations: Operation[] = [];
  const versions = new Map<string, number>();
  const source = {
    get: async (key: string) => String(versions.get(key) ?? 0),
    mget: async (keys: string[]) => keys.map((key) => String(versions.get(key) ?? 0)),
    async incr(key: string) {
      const version = (versions.get(key) ?? 0) + 1;
      versions.set(key, version);
      return version;
    },
  };
  const journal = { begin() {}, add: (operation: Operation) => void operations.push(operation) };
  const acts = [a, b].map((cache, by) => createActor({ cache, by, random, source, journal }));
  let isOver = false;
  const workers = [...acts, ...acts].map(async (act) => {
    while (!isOver) {
      await act();
      await sleep(random() * 4);
    }
  });
  const moved = [
    ...KEYS.map((key) => keyOf('entry', key)),
    ...['', 'all'].map((tag) => keyOf('tag', tag)),
    keyOf('sweep', 'last'),
  ];
  for (const key of [...moved, ...moved]) {
    const move = await beginMove(key);
    await sleep(random() * 60);
    await move.carry(key);
    await sleep(random() * 60);
    await move.finish();
  }
  isOver = true;
  await Promise.all(workers);
  const { violations, invalidations } = checkHistory(operations, 1000);
  expect(violations).toEqual([]);
  expect(invalidations).toBeGreaterThan(0);
});
