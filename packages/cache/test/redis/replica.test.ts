import type { RedisPort } from '@breakwater/core/redis';
import { eventually, type RedisServer, startRedis } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Cache } from '../../src/index.ts';
import { type GatedRedis, gateRedis } from '../gated-redis.ts';
import { useRedis } from '../use-redis.ts';

/** A replica that comes back is served at once. */
const instances = useRedis({ 'repl-diskless-sync-delay': '0' });
let server: RedisServer;
let replica: Redis;
let gate: GatedRedis;
let writer: Cache;
/** Its reads are answered by the replica, as `scaleReads` has them answered on a Cluster. */
let reader: Cache;

const policies = { default: { load: { leaseWait: '500ms' } }, patient: { load: { leaseWait: '10m' } } } as const;

beforeAll(async () => {
  server = await startRedis({ replicaof: `127.0.0.1 ${instances.server.port}` });
  replica = new Redis(server.url);
});
beforeEach(async () => {
  await follow();
  gate = gateRedis(instances.client());
  const redis: RedisPort = { ...gate.client, status: 'ready', mgetBuffer: (keys) => replica.mgetBuffer(keys) };
  [writer, reader] = await Promise.all([
    instances.open(instances.name),
    instances.open(instances.name, { redis, policies }),
  ]);
});
afterEach(follow);
afterAll(async () => {
  replica.disconnect();
  await server.stop();
});

async function follow(): Promise<void> {
  await replica.call('REPLICAOF', '127.0.0.1', String(instances.server.port));
  await eventually(async () => (await replica.info('replication')).includes('master_link_status:up'));
}

/** It goes on serving what it has. */
async function standStill(): Promise<void> {
  await replica.call('REPLICAOF', '127.0.0.1', '1');
}

describe('an entry that the replica does not have yet', () => {
  it('is waited for no longer than leaseWait, and asked for ever more rarely', async () => {
    await standStill();
    await writer.set('k', 'value');
    const before = gate.replied('evalsha');
    expect(await reader.getOrLoad('k', () => 'own')).toBe('own');
    expect(reader.stats().total).toMatchObject({ leasesAwaited: 1, leasesTimedOut: 1, loads: 1 });
    expect(gate.replied('evalsha') - before).toBeLessThan(15);
  });

  it('is found as soon as the replica has it', async () => {
    await standStill();
    await writer.set('k', 'value');
    const loading = reader.getOrLoad('k', () => 'own', { policy: 'patient' });
    await eventually(() => reader.stats().total.leasesAwaited === 1);
    await follow();
    expect(await loading).toBe('value');
    expect(reader.stats().total.loads).toBe(0);
  });

  it('does not hold up the others of a batch', async () => {
    await standStill();
    await writer.set('k', 'value');
    const loaded: string[] = [];
    const loading = reader.loadMany(
      ['k', 'other'],
      (keys) => {
        loaded.push(...keys);
        return new Map(keys.map((key) => [key, 'own']));
      },
      { policy: 'patient' },
    );
    await eventually(() => loaded.includes('other'));
    await follow();
    expect([...(await loading)]).toEqual([
      ['k', 'value'],
      ['other', 'own'],
    ]);
  });
});
