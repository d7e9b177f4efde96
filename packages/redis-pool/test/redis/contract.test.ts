import { defineScript, type RedisPort, runScript, scanKeys } from '@breakwater/core/redis';
import { eventually, type RedisCluster, type RedisServer, startRedis, startRedisCluster } from '@breakwater/testkit';
import { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRedisPool } from '../../src/index.ts';

/** No machine is so slow that it misses this deadline. */
const PATIENT = '20s';

/** A client under contract, and how it ends. */
interface Subject {
  readonly redis: RedisPort;
  close(): unknown;
}

const onServer: Record<string, (server: RedisServer) => Subject> = {
  'the pool': ({ url }) => subjectOf(createRedisPool({ url, deadlineMs: PATIENT })),
  'the pool over the connection of an ioredis Redis': ({ url }) => {
    const client = new Redis(url, { lazyConnect: true });
    return subjectOf(createRedisPool({ client, deadlineMs: PATIENT }));
  },
  'a plain ioredis Redis': ({ url }) => {
    const redis = new Redis(url);
    return { redis, close: () => redis.disconnect() };
  },
};

const onCluster: Record<string, (cluster: RedisCluster) => Subject> = {
  'the pool of a Cluster': ({ startupNodes }) =>
    subjectOf(createRedisPool({ cluster: { nodes: startupNodes }, deadlineMs: PATIENT })),
  'the pool over the connections of an ioredis Cluster': ({ startupNodes }) => {
    const client = new Cluster(startupNodes, { lazyConnect: true });
    return subjectOf(createRedisPool({ client, deadlineMs: PATIENT }));
  },
  'a plain ioredis Cluster': ({ startupNodes }) => {
    const redis = new Cluster(startupNodes);
    return { redis, close: () => redis.disconnect() };
  },
};

function subjectOf(pool: ReturnType<typeof createRedisPool>): Subject {
  return { redis: pool, close: () => pool.close() };
}

describe('the contract of the Redis port', () => {
  describe('on one server', () => {
    let server: RedisServer;
    beforeAll(async () => {
      server = await startRedis();
    });
    afterAll(() => server.stop());
    describe.each(Object.entries(onServer))('%s', (_, open) => keepsTheContract(() => open(server)));
  });

  describe('on a Cluster', () => {
    let cluster: RedisCluster;
    beforeAll(async () => {
      cluster = await startRedisCluster({ replicasPerMaster: 0 });
    }, 60_000);
    afterAll(() => cluster.stop());
    describe.each(Object.entries(onCluster))('%s', (_, open) => {
      keepsTheContract(() => open(cluster));

      it('names its masters, and finds every key on them', async () => {
        const { redis, close } = open(cluster);
        const keys = Array.from({ length: 60 }, (_unused, n) => `walk:${n}`);
        await Promise.all(keys.map((key) => redis.set(key, 'x', 'PX', 60_000)));
        expect(redis.nodes?.('master')).toHaveLength(3);
        const found: string[] = [];
        for await (const page of scanKeys(redis, 'walk:*', 10)) found.push(...page);
        expect(new Set(found)).toEqual(new Set(keys));
        await Promise.all(keys.map((key) => redis.unlink([key])));
        await close();
      });
    });
  });
});

function keepsTheContract(open: () => Subject): void {
  let redis: RedisPort;
  let subject: Subject;
  beforeEach(async () => {
    subject = open();
    redis = subject.redis;
    await eventually(() => redis.ping());
    return () => subject.close();
  });

  it('stores texts and bytes with a time to live, and gives them back', async () => {
    await expect(redis.set('{c}text', 'ä', 'PX', 60_000)).resolves.toBe('OK');
    await expect(redis.set('{c}bytes', Buffer.from([0, 255]), 'PX', 60_000)).resolves.toBe('OK');
    await expect(redis.get('{c}text')).resolves.toBe('ä');
    await expect(redis.get('{c}none')).resolves.toBeNull();
    await expect(redis.mget(['{c}text', '{c}none'])).resolves.toEqual(['ä', null]);
    await expect(redis.getBuffer('{c}bytes')).resolves.toEqual(Buffer.from([0, 255]));
    await expect(redis.mgetBuffer(['{c}bytes', '{c}none'])).resolves.toEqual([Buffer.from([0, 255]), null]);
    await expect(redis.pexpire('{c}text', 30_000)).resolves.toBe(1);
    await expect(redis.pexpire('{c}none', 30_000)).resolves.toBe(0);
    await expect(redis.unlink(['{c}text', '{c}bytes', '{c}none'])).resolves.toBe(2);
  });

  it('walks the keys of a pattern', async () => {
    const keys = ['{s}1', '{s}2', '{s}3'];
    await Promise.all(keys.map((key) => redis.set(key, 'x', 'PX', 60_000)));
    const found: string[] = [];
    for await (const page of scanKeys(redis, '{s}*')) found.push(...page);
    expect(found.sort()).toEqual(keys);
    await redis.unlink(keys);
  });

  it('reads a stream from either end', async () => {
    const add = "redis.call('xadd', KEYS[1], ARGV[1], 'm', ARGV[2]) redis.call('pexpire', KEYS[1], 60000)";
    for (const id of ['1-0', '2-0', '3-0']) await redis.eval(add, 1, '{c}stream', id, `of ${id}`);
    await expect(redis.xrange('{c}stream', '1-0', '+', 'COUNT', 2)).resolves.toEqual([
      ['1-0', ['m', 'of 1-0']],
      ['2-0', ['m', 'of 2-0']],
    ]);
    await expect(redis.xrevrange('{c}stream', '+', '-', 'COUNT', 1)).resolves.toEqual([['3-0', ['m', 'of 3-0']]]);
    await expect(redis.xrange('{c}none', '-', '+', 'COUNT', 1)).resolves.toEqual([]);
    await redis.unlink(['{c}stream']);
  });

  it('runs scripts by their hash, and says when Redis does not know one', async () => {
    const script = defineScript(`return {KEYS[1], ARGV[1], ${Math.random()} > 2}`);
    await expect(redis.evalsha(script.sha, 1, '{c}', 'x')).rejects.toThrow(/^NOSCRIPT/);
    await expect(runScript(redis, script, ['{c}'], ['x'])).resolves.toEqual(['{c}', 'x', null]);
    await expect(redis.evalsha(script.sha, 1, '{c}', 'x')).resolves.toEqual(['{c}', 'x', null]);
  });

  it('rejects with what Redis says', async () => {
    await redis.eval("redis.call('lpush', KEYS[1], 'x') redis.call('pexpire', KEYS[1], 60000)", 1, '{c}list');
    await expect(redis.get('{c}list')).rejects.toThrow(/^WRONGTYPE/);
    await redis.unlink(['{c}list']);
  });

  it('keeps the answers of many commands of one moment apart, whatever they carry', async () => {
    const values = Array.from({ length: 200 }, (_unused, n) => (n % 3 === 0 ? Buffer.alloc(n, n) : 'x'.repeat(n)));
    await Promise.all(values.map((value, n) => redis.set(`many:${n}`, value, 'PX', 60_000)));
    const answers = await Promise.all(values.map((_unused, n) => redis.mgetBuffer([`many:${n}`])));
    expect(answers).toEqual(values.map((value) => [Buffer.from(value)]));
    await Promise.all(values.map((_unused, n) => redis.unlink([`many:${n}`])));
  });

  it('answers PING and INFO, and is ready', async () => {
    await expect(redis.ping()).resolves.toBe('PONG');
    await expect(redis.info('server')).resolves.toMatch(/^redis_version:/m);
    expect(redis.status).toBe('ready');
  });

  it('duplicates itself for messages', async () => {
    const subscriber = redis.duplicate();
    const heard: string[] = [];
    subscriber.on('message', (channel, message) => heard.push(`${channel} ${message}`));
    await expect(subscriber.call('PING')).resolves.toBe('PONG');
    await subscriber.subscribe('contract');
    await eventually(async () => {
      await redis.publish('contract', 'hello');
      return heard.includes('contract hello');
    });
    subscriber.disconnect();
  });
}
