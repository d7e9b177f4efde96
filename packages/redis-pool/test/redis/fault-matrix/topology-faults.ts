import {
  eventually,
  type RedisCluster,
  type RedisServer,
  startRedisCluster,
  startSentinelGroup,
} from '@breakwater/testkit';
import { Cluster, Redis } from 'ioredis';
import type { Fault, Scene } from './fault.ts';

/** A master that is killed, and its replica, which Sentinel makes the master. */
async function underSentinel(): Promise<Scene> {
  const group = await startSentinelGroup();
  const { name, sentinels } = group;
  const sentinel = new Redis({ ...sentinels[0] });
  await untilReplicating(group.replica);
  // What Sentinel does not know of yet it cannot promote.
  await eventually(
    async () => String(await sentinel.call('SENTINEL', 'REPLICAS', name)).includes('slave'),
    20_000,
    100,
  );
  sentinel.disconnect();
  return {
    pool: { sentinel: { nodes: sentinels, name } },
    tags: ['a', 'b', 'c', 'd'],
    begin: group.master.kill,
    end: () => {},
    openClient: () => new Redis({ sentinels, name }),
    stop: group.stop,
  };
}

/** A replica that has no copy yet would be promoted without one. */
async function untilReplicating({ url }: RedisServer): Promise<void> {
  const replica = new Redis(url);
  await eventually(async () => (await replica.info('replication')).includes('master_link_status:up'), 20_000, 100);
  replica.disconnect();
}

type Masters = readonly [RedisServer, RedisServer, ...RedisServer[]];

/** Three masters with a replica each. */
async function inCluster(
  chooseTags: (firstMaster: RedisServer) => Promise<readonly string[]>,
  happen: (cluster: RedisCluster, masters: Masters) => Pick<Scene, 'begin' | 'end'>,
): Promise<Scene> {
  const cluster = await startRedisCluster();
  await Promise.all(cluster.nodes.slice(3).map(untilReplicating));
  const masters = cluster.nodes.slice(0, 3) as unknown as Masters;
  return {
    pool: { cluster: { nodes: cluster.startupNodes } },
    tags: await chooseTags(masters[0]),
    openClient: () => new Cluster(cluster.startupNodes),
    stop: cluster.stop,
    ...happen(cluster, masters),
  };
}

const MOVED_SLOTS = 100;
const ALL_SLOTS = 16_384;

/** Tags whose keys lie in slots below `limit`; the first master begins with slot 0. */
async function tagsBelow(limit: number, count: number, { url }: RedisServer): Promise<readonly string[]> {
  const node = new Redis(url);
  const found: string[] = [];
  for (let n = 0; found.length < count; n += 1) {
    if (Number(await node.cluster('KEYSLOT', `{${n}}`)) < limit) found.push(String(n));
  }
  node.disconnect();
  return found;
}

export const topologyFaults: readonly Fault[] = [
  {
    name: 'Sentinel failover',
    how: 'the master is killed; Sentinel makes its replica the master',
    circuit: 'opens',
    holdMs: 0,
    mayLoseWrites: true,
    prepare: underSentinel,
  },
  {
    name: 'Cluster failover',
    how: 'one of three masters is killed; its replica takes its slots',
    circuit: 'either',
    holdMs: 0,
    mayLoseWrites: true,
    prepare: () =>
      inCluster(
        (first) => tagsBelow(ALL_SLOTS, 32, first),
        (_cluster, [first]) => ({ begin: first.kill, end: () => {} }),
      ),
  },
  {
    name: 'Reshard',
    how: `${MOVED_SLOTS} slots move from one master to another, most of the load's keys with them`,
    circuit: 'stays closed',
    holdMs: 0,
    prepare: () =>
      inCluster(
        async (first) => [...(await tagsBelow(MOVED_SLOTS, 6, first)), ...(await tagsBelow(ALL_SLOTS, 4, first))],
        (cluster, [first, second]) => ({
          begin: () => cluster.reshard(first, second, MOVED_SLOTS),
          end: () => {},
        }),
      ),
  },
];
