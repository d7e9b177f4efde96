import { eventually, type SentinelGroup, startFaultProxy, startSentinelGroup } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRedisPool, type RedisPool } from '../../src/index.ts';
import { ceilingOf, countedBy, startCounting } from './count-load.ts';
import { logEvents } from './event-log.ts';

describe('a pool behind sentinels', () => {
  let group: SentinelGroup;
  let pool: RedisPool;
  beforeAll(async () => {
    group = await startSentinelGroup();
    await eventually(async () => {
      const sentinel = new Redis(group.sentinels[0]?.port ?? 0);
      const [replica] = (await sentinel.call('SENTINEL', 'REPLICAS', group.name)) as unknown[];
      sentinel.disconnect();
      return replica !== undefined;
    }, 20_000);
  });
  afterAll(() => group.stop());
  beforeEach(() => {
    pool = createRedisPool({
      sentinel: { nodes: group.sentinels, name: group.name },
      deadlineMs: '20s',
      inspectEvery: 'never',
    });
  });
  afterEach(() => pool.close());

  it('finds the master', async () => {
    await expect(pool.set('key', 'value', 'PX', 1000)).resolves.toBe('OK');
    await expect(pool.info('replication')).resolves.toMatch(/^role:master/m);
  });

  it('finds the master where the address that is announced is translated', async () => {
    const proxy = await startFaultProxy(group.master.port);
    const announced = `127.0.0.1:${group.master.port}`;
    const mapped = createRedisPool({
      sentinel: {
        nodes: group.sentinels,
        name: group.name,
        natMap: { [announced]: { host: '127.0.0.1', port: proxy.port } },
      },
      deadlineMs: '20s',
      inspectEvery: 'never',
    });
    await expect(mapped.ping()).resolves.toBe('PONG');
    expect(proxy.connections).toBeGreaterThan(0);
    await mapped.close();
    await proxy.close();
  });

  it('reads from a replica where its client does', async () => {
    const client = new Redis({ sentinels: group.sentinels, name: group.name, role: 'slave', lazyConnect: true });
    const readers = createRedisPool({ client });
    // A sentinel knows a replica for a moment before it would send anybody there.
    await eventually(async () => /^role:slave/m.test(await readers.info('replication')));
    await readers.close();
    expect(client.status).toBe('wait');
  });

  it('says why there is no connection when no sentinel answers, and closes all the same', async () => {
    const lost = createRedisPool({ sentinel: { nodes: [{ host: '127.0.0.1', port: 1 }], name: group.name } });
    await expect(lost.get('key')).rejects.toThrow(/no connection: no sentinel answers/);
    expect(lost.health).toBe('down');
    await lost.close();
  });

  it('goes on with the replica when the master is killed, and runs nothing twice', async () => {
    const log = logEvents(pool);
    const subscriber = pool.duplicate();
    const heard: string[] = [];
    subscriber.on('message', (_channel, message) => heard.push(message));
    await subscriber.subscribe('channel');
    const load = startCounting(pool);
    await eventually(() => load.acknowledged > 200);
    await group.master.kill();
    await eventually(() => log.names().includes('outage:began'));
    await eventually(() => pool.health === 'up');
    const before = load.acknowledged;
    await eventually(() => load.acknowledged > before + 200);
    await load.stop();
    expect(await countedBy(pool)).toBeLessThanOrEqual(ceilingOf(load));
    await expect(pool.call('CONFIG', 'GET', 'port')).resolves.toEqual(['port', String(group.replica.port)]);
    await eventually(async () => {
      await pool.publish('channel', 'after');
      return heard.includes('after');
    });
  });
});
