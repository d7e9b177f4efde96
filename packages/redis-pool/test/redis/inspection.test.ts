import { eventually, type RedisServer, startRedis } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { kindOfCall } from '../../src/command-kinds.ts';
import { createRedisPool, type RedisPool, type RedisPoolOptions } from '../../src/index.ts';
import { outcomesOf } from './outcomes.ts';

describe('health and latency on a real Redis', () => {
  let server: RedisServer;
  let admin: Redis;
  let pool: RedisPool;
  beforeAll(async () => {
    server = await startRedis({ maxmemory: '64mb', 'maxmemory-policy': 'volatile-ttl', maxclients: '500' });
    admin = new Redis(server.url);
  });
  afterAll(async () => {
    admin.disconnect();
    await server.stop();
  });
  afterEach(() => pool.close());
  function open(options: RedisPoolOptions = {}): RedisPool {
    pool = createRedisPool({ url: server.url, deadlineMs: '20s', inspectEvery: 'never', ...options });
    return pool;
  }

  it('an inspection has what Redis says about itself, also on a pool that is not connected yet', async () => {
    const { at, redis, refusals } = await open().inspect();
    expect(redis).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      role: 'master',
      isClusterNode: false,
      maxMemoryBytes: 64 * 1024 * 1024,
      evictionPolicy: 'volatile-ttl',
      maxClients: 500,
      rejectedConnections: 0,
      evictedKeys: 0,
      isAppendOnly: false,
      hasFailedToSave: false,
    });
    expect(redis.usedMemoryBytes).toBeGreaterThan(100_000);
    expect(redis.connectedClients).toBeGreaterThanOrEqual(2);
    expect(Math.abs(Date.now() - at)).toBeLessThan(5000);
    expect(refusals).toEqual({});
  });

  it('the clock of a Redis on this machine is right within half the round trip', async () => {
    const { clock } = await open().inspect();
    expect(clock?.roundTripMs).toBeGreaterThan(0);
    // Both clocks are the same; ours tells whole milliseconds only.
    expect(Math.abs(clock?.offsetMs ?? Number.NaN)).toBeLessThanOrEqual((clock?.roundTripMs ?? 0) / 2 + 1.5);
  });

  it("a process whose own clock is fast finds Redis's behind", async () => {
    await open().whenReady('20s');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
    const { clock } = await pool.inspect().finally(() => vi.useRealTimers());
    expect(clock?.offsetMs).toBeGreaterThan(-65_000);
    expect(clock?.offsetMs).toBeLessThan(-55_000);
  });

  it('says what Redis refused to tell, and has the rest', async () => {
    await admin.call('ACL', 'SETUSER', 'plain', 'on', '>pw', '~*', '+@all', '-info');
    const { redis, clock, refusals } = await open({
      url: `redis://plain:pw@127.0.0.1:${server.port}`,
    }).inspect();
    expect(redis).toEqual({});
    expect(clock).toBeDefined();
    expect(refusals).toEqual({ INFO: expect.stringMatching(/^NOPERM .*'?info'?/) });
  });

  it('Redis is inspected in the background, first when it is there, and in no statistics', async () => {
    open({ inspectEvery: 50 });
    expect(pool.stats().inspection).toBeUndefined();
    await eventually(() => pool.stats().inspection !== undefined);
    const first = pool.stats().inspection;
    await eventually(() => pool.stats().inspection !== first);
    expect(pool.stats()).toMatchObject({ commands: 0, inFlight: 0, latencyMs: { count: 0 } });
  });

  it('Redis is asked once for all who want to know at the same time', async () => {
    await open().inspect();
    await admin.config('RESETSTAT');
    const [one, other] = await Promise.all([pool.inspect(), pool.inspect()]);
    expect(one).toBe(other);
    expect(await admin.info('commandstats')).toMatch(/^cmdstat_time:calls=1,/m);
  });

  it('an inspection without Redis fails as commands do, and asks nothing while the circuit is open', async () => {
    await open({ deadlineMs: '1s' }).inspect();
    pool.circuit.open('by hand');
    await admin.config('RESETSTAT');
    expect(await outcomesOf([pool.inspect()])).toEqual(['ERR_REDIS_UNAVAILABLE']);
    expect(await admin.info('commandstats')).not.toMatch(/^cmdstat_time:/m);
    pool.circuit.close();
    server.freeze();
    try {
      expect(await outcomesOf([pool.inspect()])).toEqual(['ERR_REDIS_DEADLINE']);
    } finally {
      server.thaw();
    }
  });

  it('latencies are kept by what the commands do', async () => {
    await open().set('key', 'value', 'PX', 1000);
    await Promise.all([pool.get('key'), pool.mgetBuffer(['key']), pool.call('strlen', 'key')]);
    await pool.eval('return 1', 0);
    await pool.publish('channel', 'message');
    await pool.ping();
    const { latencyByKindMs, latencyMs, recentLatencyMs } = pool.stats();
    const counts = Object.entries(latencyByKindMs).map(([kind, { count }]) => [kind, count]);
    expect(Object.fromEntries(counts)).toEqual({ read: 3, write: 1, script: 1, pubsub: 1, admin: 1, other: 0 });
    expect(latencyMs.count).toBe(7);
    expect(recentLatencyMs).toBeGreaterThan(0);
  });

  it('every command of this Redis has the kind that its flags say', async () => {
    const told = (await open().call('COMMAND')) as [string, number, string[]][];
    const expected = told.map(([name, , flags]) => [name, kindByFlags(name, flags)]);
    expect(told.length).toBeGreaterThan(200);
    expect(told.map(([name]) => [name, kindOfCall('call', [name])])).toEqual(expected);
  });

  it('connections are counted, those of subscribers too', async () => {
    await open({ lanes: 3 }).whenReady('20s');
    const subscriber = pool.duplicate();
    await eventually(() => pool.stats().connections === 4);
    expect(pool.stats()).toMatchObject({ lanes: { total: 3, ready: 3 }, subscribers: 1 });
    subscriber.disconnect();
    await eventually(() => pool.stats().subscribers === 0);
  });
});

/** Scripts may read and write; commands of subcommands carry no flags of their own. */
function kindByFlags(name: string, flags: readonly string[]): string {
  const own = { object: 'read', xinfo: 'read', xgroup: 'write', pubsub: 'pubsub' }[name];
  if (own) return own;
  if (/^(eval|fcall|script$|function$)/.test(name)) return 'script';
  if (flags.includes('pubsub')) return 'pubsub';
  if (flags.includes('write')) return 'write';
  return flags.includes('readonly') ? 'read' : 'admin';
}
