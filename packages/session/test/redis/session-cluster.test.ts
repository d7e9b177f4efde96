import { once } from 'node:events';
import { type RedisCluster, startRedisCluster } from '@breakwater/testkit';
import type { SessionData } from 'express-session';
import { Cluster } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSessionStore } from '../../src/index.ts';
import { promised, session } from '../store-contract.ts';

let servers: RedisCluster;
let cluster: Cluster;

beforeAll(async () => {
  servers = await startRedisCluster({ masters: 3, replicasPerMaster: 0 });
  cluster = new Cluster(servers.startupNodes);
  await once(cluster, 'ready');
}, 60_000);

afterAll(async () => {
  cluster.disconnect();
  await servers.stop();
});

it('spreads sessions over a Cluster, each with its tombstone in one slot', async () => {
  const sessions = promised(
    createSessionStore({ redis: cluster, deadlineMs: '10s', secret: 'a-secret-of-this-test-a-secret-of-this-test' }),
  );
  const ids = Array.from({ length: 30 }, (_none, index) => `id-${index}`);
  for (const id of ids) await sessions.set(id, session({ userId: id }));

  const found = await Promise.all(ids.map((id) => sessions.get(id)));
  expect(found.map((each) => each?.userId)).toEqual(ids);
  expect(await sessions.length()).toBe(30);
  const sizes = await Promise.all(cluster.nodes('master').map((node) => node.dbsize()));
  for (const size of sizes) expect(size).toBeGreaterThan(0);

  await sessions.destroy('id-0');
  await sessions.set('id-0', found[0] as SessionData);
  expect(await sessions.get('id-0')).toBeNull();
  await sessions.clear();
  expect(await sessions.length()).toBe(0);
});
