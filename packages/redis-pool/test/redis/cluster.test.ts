import type { Duration } from '@breakwater/core';
import { eventually, type RedisCluster, type RedisServer, startRedisCluster } from '@breakwater/testkit';
import { Cluster, Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRedisPool, type RedisPool } from '../../src/index.ts';
import { ceilingOf, countedBy, startCounting } from './count-load.ts';
import { inSequence, outcomesOf } from './outcomes.ts';

describe('a pool of a Cluster', () => {
  let cluster: RedisCluster;
  let pool: RedisPool;
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  beforeAll(async () => {
    process.on('unhandledRejection', note);
    cluster = await startRedisCluster();
  }, 90_000);
  afterAll(async () => {
    process.off('unhandledRejection', note);
    await cluster.stop();
  });
  beforeEach(async () => {
    pool = open('20s');
    await pool.whenReady('20s');
    await onEachMaster('FLUSHALL');
  });
  afterEach(async () => {
    await pool.close();
    expect(unhandled).toEqual([]);
  });

  function open(deadlineMs: Duration): RedisPool {
    return createRedisPool({ cluster: { nodes: cluster.startupNodes }, deadlineMs, inspectEvery: 'never' });
  }

  async function onEachMaster(command: string): Promise<void> {
    const admin = new Cluster(cluster.startupNodes);
    await new Promise((resolve) => admin.once('ready', resolve));
    await Promise.all(admin.nodes('master').map((node) => node.call(command)));
    admin.disconnect();
  }

  async function masters(): Promise<RedisServer[]> {
    const roles = await Promise.all(cluster.nodes.map(roleOf));
    return cluster.nodes.filter((_, n) => roles[n] === 'master');
  }

  /** And no lane waits for who has left the Cluster. */
  async function everyCallerAnswered(): Promise<void> {
    const keys = Array.from({ length: 30 }, (_, n) => `probe:${n}`);
    await eventually(async () => {
      const outcomes = await outcomesOf(keys.map((key) => pool.set(key, 'x', 'PX', 1000)));
      return pool.circuit.state === 'closed' && outcomes.every((outcome) => outcome === 'ok');
    }, 20_000);
  }

  it('moves slots from master to master under load without an error and without running anything twice', async () => {
    const load = startCounting(pool);
    await eventually(() => load.acknowledged > 200);
    const [from, to] = await masters();
    if (!from || !to) throw new Error('There are no two masters.');
    await cluster.reshard(from, to, 300);
    const before = load.acknowledged;
    await eventually(() => load.acknowledged > before + 200);
    await load.stop();
    expect([...load.failures]).toEqual([]);
    expect(await countedBy(pool)).toBe(load.acknowledged);
    expect(pool.stats()).toMatchObject({ health: 'up', circuit: 'closed' });
  });

  it('goes on with the replica when a master is killed, and runs nothing twice', async () => {
    const load = startCounting(pool);
    await eventually(() => load.acknowledged > 200);
    const [victim] = await masters();
    await victim?.kill();
    await everyCallerAnswered();
    await load.stop();
    expect(await countedBy(pool)).toBeLessThanOrEqual(ceilingOf(load));
    await eventually(() => pool.health === 'up');
    await victim?.restart();
    await eventually(async () => (await masters()).length === 3);
  });

  it('goes on with the replica when a master falls silent, and runs nothing twice', async () => {
    await pool.close();
    pool = open(500);
    await everyCallerAnswered();
    const load = startCounting(pool);
    const [victim] = await masters();
    victim?.freeze();
    try {
      await everyCallerAnswered();
    } finally {
      victim?.thaw();
    }
    await load.stop();
    expect(await countedBy(pool)).toBeLessThanOrEqual(ceilingOf(load));
    expect(load.failures.has('ERR_REDIS_DEADLINE')).toBe(true);
  });

  it('hears messages again when the node of its subscription is gone', async () => {
    const subscriber = pool.duplicate();
    const heard: string[] = [];
    subscriber.on('message', (_channel, message) => heard.push(message));
    await subscriber.subscribe('channel');
    const isHeard = async (message: string) => {
      await pool.publish('channel', message);
      return heard.includes(message);
    };
    await eventually(() => isHeard('before'));
    for (const node of cluster.nodes) {
      const admin = new Redis(node.url);
      await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      admin.disconnect();
    }
    await eventually(() => isHeard('after'));
  });

  it('reads from replicas where that is asked for', async () => {
    await pool.set('key', 'value', 'PX', 60_000);
    await pool.close();
    const shards = () =>
      asking(cluster.nodes[0]?.url ?? '', async (admin) => (await admin.cluster('SLOTS')) as unknown[][]);
    await eventually(async () => (await shards()).every(([_from, _to, _master, ...replicas]) => replicas.length > 0));
    pool = createRedisPool({
      cluster: { nodes: cluster.startupNodes, scaleReads: 'slave' },
      deadlineMs: 200,
      breaker: { failures: 2 },
      inspectEvery: 'never',
    });
    await eventually(async () => (await pool.get('key')) === 'value');
    const calls = await Promise.all(cluster.nodes.map(readsOf));
    const roles = await Promise.all(cluster.nodes.map(roleOf));
    expect(calls.some((count, n) => roles[n] === 'slave' && count > 0)).toBe(true);
    const replicas = cluster.nodes.filter((_, n) => roles[n] === 'slave');
    for (const replica of replicas) replica.freeze();
    try {
      // Of a replica that is away the master is asked.
      await eventually(async () => (await inSequence(20, () => pool.get('key'))).every((outcome) => outcome === 'ok'));
    } finally {
      for (const replica of replicas) replica.thaw();
    }
  });
});

async function roleOf({ url }: RedisServer): Promise<string> {
  return asking(url, async (admin) => String((await admin.role())[0]));
}

async function readsOf({ url }: RedisServer): Promise<number> {
  return asking(url, async (admin) =>
    Number(/cmdstat_get:calls=(\d+)/.exec(await admin.info('commandstats'))?.[1] ?? 0),
  );
}

async function asking<Answer>(url: string, question: (admin: Redis) => Promise<Answer>): Promise<Answer> {
  const admin = new Redis(url, { retryStrategy: () => null, commandTimeout: 1000 });
  admin.on('error', () => {});
  try {
    return await question(admin);
  } finally {
    admin.disconnect();
  }
}
