import { Cluster, Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../src/eventually.ts';
import { startRedisCluster } from '../../src/redis-cluster.ts';
import { startSentinelGroup } from '../../src/redis-sentinel.ts';

describe('the real topologies', () => {
  it('a cluster serves every slot, and still does while slots move and after a master is killed', async () => {
    const cluster = await startRedisCluster();
    const client = new Cluster(cluster.startupNodes, { clusterRetryStrategy: () => 50 });
    client.on('error', () => {});
    try {
      const keys = Array.from({ length: 200 }, (_, index) => `key:${index}`);
      const writeAll = () => Promise.all(keys.map((key) => client.set(key, 'v')));
      await writeAll();
      const [first, second, third] = cluster.nodes;
      if (!first || !second || !third) throw new Error('The cluster has fewer than three masters.');
      await cluster.reshard(first, second, 100);
      await writeAll();
      await third.kill();
      await eventually(writeAll, 20_000, 100);
    } finally {
      client.disconnect();
      await cluster.stop();
    }
  }, 60_000);

  it('a sentinel promotes the replica when the master is killed', async () => {
    const group = await startSentinelGroup();
    const client = new Redis({ sentinels: group.sentinels, name: group.name, retryStrategy: () => 50 });
    client.on('error', () => {});
    try {
      await client.set('key', 'v');
      const replica = new Redis(group.replica.url);
      await eventually(async () => expect(await replica.get('key')).toBe('v'));
      await group.master.kill();
      await eventually(async () => expect((await replica.role())[0]).toBe('master'), 20_000, 100);
      replica.disconnect();
      await eventually(async () => expect(await client.set('key', 'w')).toBe('OK'), 20_000, 100);
    } finally {
      client.disconnect();
      await group.stop();
    }
  }, 60_000);
});
