import { rmSync } from 'node:fs';
import type { Duration } from '@breakwater/core';
import { eventually, type RedisServer, startRedis, startRedisCluster } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRedisPool, type DoctorOptions, doctor, type Finding } from '../../src/index.ts';

/** As a Redis for sessions should be. */
const SOUND = { maxmemory: '64mb', 'maxmemory-policy': 'noeviction', save: '900 1', maxclients: '500' };

describe('the doctor on a real Redis', () => {
  let server: RedisServer;
  let admin: Redis;
  beforeAll(async () => {
    server = await startRedis(SOUND);
    admin = new Redis(server.url);
  });
  afterAll(async () => {
    admin.disconnect();
    await server.stop();
  });
  beforeEach(async () => {
    for (const [name, value] of Object.entries(SOUND)) await admin.config('SET', name, value);
  });
  afterEach(() => vi.useRealTimers());

  async function examine(url: string, options?: DoctorOptions, deadlineMs: Duration = '20s'): Promise<Finding[]> {
    const pool = createRedisPool({ url, lanes: 2, deadlineMs });
    try {
      return await doctor(pool, options);
    } finally {
      await pool.close();
    }
  }

  const codesOf = (findings: readonly Finding[]) => findings.map(({ code, severity }) => `${severity} ${code}`);

  async function withSettings(settings: Record<string, string>, options: DoctorOptions): Promise<string[]> {
    for (const [name, value] of Object.entries(settings)) await admin.config('SET', name, value);
    return codesOf(await examine(server.url, options));
  }

  async function asUser(rights: string, options: DoctorOptions = {}): Promise<Finding[]> {
    await admin.call('ACL', 'SETUSER', 'app', 'reset', 'on', '>pw', ...rights.split(' '));
    return examine(`redis://app:pw@127.0.0.1:${server.port}`, options);
  }

  it('finds nothing where nothing is wrong', async () => {
    await expect(examine(server.url, { use: ['sessions', 'limits'], namespace: 'app' })).resolves.toEqual([]);
  });

  it.each([
    [{ 'maxmemory-policy': 'allkeys-lru' }, 'sessions', 'error sessions-evictable'],
    [{ 'maxmemory-policy': 'volatile-ttl' }, 'limits', 'warning limits-evictable'],
    [{}, 'cache', 'warning cache-fills-up'],
    [{ maxmemory: '0' }, 'sessions', 'warning no-memory-limit'],
    [{ save: '' }, 'sessions', 'warning sessions-not-persisted'],
  ] as const)('with %o finds for %s: %s', async (settings, use, expected) => {
    expect(await withSettings({ ...settings }, { use })).toEqual([expected]);
  });

  it('is content with an append-only file where there are no snapshots', async () => {
    expect(await withSettings({ save: '', appendonly: 'yes' }, { use: 'sessions' })).toEqual([]);
    await admin.config('SET', 'appendonly', 'no');
  });

  it('finds that there is hardly room for more clients', async () => {
    const crowd = Array.from({ length: 8 }, () => new Redis(server.url));
    await Promise.all(crowd.map((client) => client.ping()));
    expect(await withSettings({ maxclients: '12' }, {})).toEqual(['warning clients-nearly-exhausted']);
    for (const client of crowd) client.disconnect();
  });

  it('finds memory nearly full before writes are refused', async () => {
    const used = Number(/^used_memory:(\d+)/m.exec(await admin.info('memory'))?.[1]);
    const findings = await withSettings({ maxmemory: String(Math.round(used * 1.05)) }, {});
    expect(findings).toEqual(['error memory-nearly-full']);
  });

  it('finds that scripts are refused to this user', async () => {
    const [finding, ...others] = await asUser('~* &* +@all -@scripting');
    expect(finding).toMatchObject({ code: 'scripts-refused', message: expect.stringMatching(/NOPERM.*eval/) });
    expect(others).toEqual([]);
  });

  it("finds that the namespace's keys and channels are refused to this user", async () => {
    const options = { use: 'cache', namespace: 'app' } as const;
    expect(codesOf(await asUser('~bw:1:other:* &bw:1:other:* +@all', options))).toEqual([
      'error keys-refused',
      'error channels-refused',
      'warning cache-fills-up',
    ]);
    expect(codesOf(await asUser('~bw:1:app:* &bw:1:app:* +@all', options))).toEqual(['warning cache-fills-up']);
  });

  it('reports what it may not ask for as unchecked, and the rest all the same', async () => {
    await admin.config('SET', 'save', '');
    const findings = await asUser('~* &* +@all -info -config -time -eval', { use: 'sessions' });
    const unchecked = findings.filter(({ severity }) => severity === 'unchecked');
    expect(unchecked.map(({ code }) => code).sort()).toEqual([
      ...['clients-nearly-exhausted', 'clock-apart', 'cluster-without-cluster-client', 'memory-nearly-full'],
      ...['no-memory-limit', 'read-only-replica', 'saving-fails', 'sessions-evictable', 'sessions-not-persisted'],
      'version-unsupported',
    ]);
    expect(unchecked.every(({ message }) => /NOPERM .*(info|config|time)/.test(message))).toBe(true);
    expect(findings.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual([
      'scripts-refused',
    ]);
  });

  it('finds the clocks apart', async () => {
    // It stands still, so the real one gains on it while Redis is asked.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 50_000 });
    const [finding, ...others] = await examine(server.url);
    expect(finding?.message).toMatch(/^The clock of Redis is (49|5\d)\d{3} ms ahead of this process's/);
    expect([finding?.code, others]).toEqual(['clock-apart', []]);
  });

  it('finds a disk that cannot be written', async () => {
    const broken = await startRedis(SOUND);
    const client = new Redis(broken.url);
    const [, folder] = (await client.config('GET', 'dir')) as [string, string];
    rmSync(folder, { recursive: true });
    await client.bgsave();
    await eventually(async () => (await client.info('persistence')).includes('rdb_last_bgsave_status:err'));
    client.disconnect();
    expect(codesOf(await examine(broken.url))).toEqual(['error saving-fails']);
    await broken.stop();
  });

  it('finds a node of a Cluster behind a client that knows no Cluster', async () => {
    const node = await startRedis({ ...SOUND, 'cluster-enabled': 'yes' });
    expect(codesOf(await examine(node.url))).toEqual(['error cluster-without-cluster-client']);
    await node.stop();
  });

  it('finds nothing wrong with a Cluster behind a client that knows it', async () => {
    const cluster = await startRedisCluster({ masters: 3, replicasPerMaster: 0 });
    const pool = createRedisPool({ cluster: { nodes: cluster.startupNodes }, lanes: 1, deadlineMs: '20s' });
    const found = codesOf(await doctor(pool, { use: 'limits', namespace: 'app' }));
    expect(found).toEqual(['warning no-memory-limit']);
    await pool.close();
    await cluster.stop();
  });

  it('finds a replica', async () => {
    const replica = await startRedis({ ...SOUND, replicaof: `127.0.0.1 ${server.port}` });
    const found = await eventually(async () => {
      const findings = codesOf(await examine(replica.url));
      return findings.includes('error unreachable') ? false : findings;
    });
    expect(found).toEqual(['error read-only-replica']);
    await replica.stop();
  });

  it('says so when Redis is away, and nothing else', async () => {
    const gone = await startRedis();
    await gone.stop();
    const findings = await examine(gone.url, { use: ['cache', 'sessions', 'limits'] }, '1s');
    expect(findings).toMatchObject([{ code: 'unreachable', message: expect.stringContaining('ECONNREFUSED') }]);
  });

  it.each([[{ use: 'queues' }], [{ use: ['cache', 'queues'] }], [{ namespace: '' }], [{ uses: 'cache' }]])(
    'refuses %o',
    async (options) => {
      await expect(examine(server.url, options as DoctorOptions)).rejects.toMatchObject({
        code: 'ERR_REDIS_POOL_OPTION',
      });
    },
  );
});
