import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, type RedisServer, startFaultProxy, startRedis } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRedisPool, type RedisPool, type RedisPoolOptions } from '../../src/index.ts';
import { type EventLog, logEvents } from './event-log.ts';
import { inSequence, outcomesOf } from './outcomes.ts';

describe('the circuit on a real Redis', () => {
  let server: RedisServer;
  let admin: Redis;
  let pool: RedisPool;
  let log: EventLog;
  beforeAll(async () => {
    server = await startRedis({ 'enable-debug-command': 'yes', 'loading-process-events-interval-bytes': '1024' });
    admin = new Redis(server.url);
  });
  afterAll(async () => {
    admin.disconnect();
    await server.stop();
  });
  beforeEach(async () => {
    await open({ deadlineMs: '20s' });
  });
  afterEach(() => pool.close());

  async function open(options: RedisPoolOptions): Promise<void> {
    pool = createRedisPool({ url: server.url, ...options });
    log = logEvents(pool);
    await pool.whenReady('20s');
  }

  /** In place of the patient pool, one that finds out soon about a silent Redis. */
  async function reopen(options: RedisPoolOptions): Promise<void> {
    await pool.close();
    await open({ deadlineMs: 200, ...options });
  }

  /** Until `release`, a script occupies Redis: it answers nobody at first, and BUSY after 100 ms. */
  async function occupy(): Promise<{ release(): Promise<void> }> {
    await admin.config('SET', 'busy-reply-threshold', '100');
    const culprit = new Redis(server.url);
    const script = outcomesOf([culprit.eval('while true do end', 0)]);
    await eventually(async () => (await outcomesOf([admin.get('key')]))[0]?.startsWith('BUSY'));
    return {
      async release() {
        await admin.call('SCRIPT', 'KILL');
        await script;
        culprit.disconnect();
      },
    };
  }

  async function openBySilence(silenced: RedisPool): Promise<void> {
    server.freeze();
    try {
      await eventually(async () => {
        await outcomesOf([silenced.get('key')]);
        return silenced.stats().circuit === 'open';
      });
    } finally {
      server.thaw();
    }
  }

  it('opens at the fifth failure in a row, and refuses what follows at once', async () => {
    const busy = await occupy();
    const outcomes = await inSequence(7, () => pool.get('key'));
    await busy.release();
    expect(outcomes.slice(0, 5).every((outcome) => outcome.startsWith('BUSY'))).toBe(true);
    expect(outcomes.slice(5)).toEqual(['ERR_REDIS_UNAVAILABLE', 'ERR_REDIS_UNAVAILABLE']);
    expect(log.last('circuit:opened')).toEqual({
      cause: 'failures',
      reason: '5 failures in a row',
      consecutiveFailures: 5,
    });
    expect(pool.stats()).toMatchObject({ outageFailures: 5, rejections: 2, replyErrors: 0 });
    await expect(pool.whenReady('20s')).resolves.toBe(true);
  });

  it('counts anew after an error that is about a command: Redis has answered', async () => {
    await admin.lpush('list', 'x');
    for (let round = 0; round < 2; round += 1) {
      const busy = await occupy();
      await inSequence(4, () => pool.get('key'));
      await busy.release();
      expect((await outcomesOf([pool.get('list')]))[0]).toMatch(/^WRONGTYPE/);
    }
    await admin.del('list');
    expect(log.names('circuit')).toEqual([]);
    expect(pool.stats()).toMatchObject({ outageFailures: 8, replyErrors: 2, circuit: 'closed' });
  });

  it('stays closed for a Redis that is full, and refuses each write itself', async () => {
    await admin.config('SET', 'maxmemory', '1');
    const outcomes = await inSequence(20, () => pool.set('key', 'value', 'PX', 1000));
    await admin.config('SET', 'maxmemory', '0');
    expect(outcomes.every((outcome) => outcome.startsWith('OOM'))).toBe(true);
    expect(pool.stats()).toMatchObject({ circuit: 'closed', circuitOpenings: 0, replyErrors: 20, outageFailures: 0 });
  });

  it('opens for a Redis that loads its data', async () => {
    await admin.call('DEBUG', 'POPULATE', '2000', 'filler', '100');
    await admin.config('SET', 'key-load-delay', '500');
    const reload = outcomesOf([admin.call('DEBUG', 'RELOAD')]);
    const outcomes: string[] = [];
    await eventually(async () => {
      outcomes.push(...(await outcomesOf([pool.get('key')])));
      return pool.stats().circuit !== 'closed';
    });
    await reload;
    expect(outcomes.some((outcome) => outcome.startsWith('LOADING'))).toBe(true);
    await expect(pool.whenReady('20s')).resolves.toBe(true);
    await admin.flushall();
  });

  it('half-open sends one PING and nothing of the users, who still ask', async () => {
    // Long enough that the first PING is sent to a Redis that answers again.
    await reopen({ breaker: { resetAfter: '3s' } });
    await openBySilence(pool);
    await admin.config('RESETSTAT');
    const refused: string[] = [];
    while (pool.stats().circuit !== 'closed') {
      refused.push(...(await outcomesOf([pool.mget(['key'])])));
      await sleep(5);
    }
    const stats = await admin.info('commandstats');
    expect(refused.length).toBeGreaterThan(10);
    expect(stats).toMatch(/^cmdstat_ping:calls=1,/m);
    expect(stats).not.toMatch(/^cmdstat_mget:/m);
    expect(log.names('circuit')).toEqual(['circuit:opened', 'circuit:half-opened', 'circuit:closed']);
  });

  it('opened by hand says so to whoever asks, sends nothing at all, and closed by hand serves at once', async () => {
    pool.circuit.open('moving house');
    expect(await outcomesOf([pool.get('key')])).toEqual(['ERR_REDIS_UNAVAILABLE']);
    await expect(pool.get('key')).rejects.toThrow('the circuit is open: moving house');
    expect(log.last('outage:began')?.reason).toBe('the circuit opened: moving house');
    await admin.config('RESETSTAT');
    await sleep(1500);
    expect(await admin.info('commandstats')).not.toMatch(/^cmdstat_(ping|get):/m);
    expect(pool.stats()).toMatchObject({ health: 'down', circuit: 'open' });
    pool.circuit.close();
    expect(await outcomesOf([pool.get('key')])).toEqual(['ok']);
    expect(log.names('circuit')).toEqual(['circuit:opened', 'circuit:closed']);
    expect(log.names('outage')).toEqual(['outage:began', 'outage:ended']);
  });

  it('opens for a Redis that has become slow, asks it ever more rarely, and closes when it is quick again', async () => {
    const proxy = await startFaultProxy(server.port);
    const patient = createRedisPool({
      url: proxy.url,
      deadlineMs: '20s',
      breaker: { slowCallMs: 150, minimumCalls: 20, windowMs: '2s', resetAfter: 100, longestReset: 400 },
    });
    const patientLog = logEvents(patient);
    await patient.whenReady('20s');
    expect(await inSequence(20, () => patient.get('key'))).toEqual(Array(20).fill('ok'));
    proxy.inject({ kind: 'latency', ms: 100 });
    await eventually(async () => {
      await outcomesOf(Array.from({ length: 5 }, () => patient.get('key')));
      return patient.circuit.state !== 'closed';
    });
    expect(patientLog.last('circuit:opened')).toMatchObject({ cause: 'slow-calls', consecutiveFailures: 0 });
    await eventually(() => (patientLog.last('circuit:opened')?.consecutiveFailures ?? 0) >= 4);
    const { nextProbeAt = 0, openedAt = 0 } = patient.circuit;
    expect(nextProbeAt - openedAt).toBeGreaterThan(500);
    proxy.heal();
    await expect(patient.whenReady('20s')).resolves.toBe(true);
    await patient.close();
    await proxy.close();
  });

  it('asks on as many lanes as it has probes', async () => {
    // Its PINGs would be counted as well.
    await pool.close();
    const careful = createRedisPool({
      url: server.url,
      deadlineMs: 200,
      breaker: { probes: 3 },
      heartbeat: '1h',
      inspectEvery: 'never',
    });
    await eventually(() => careful.stats().lanes.ready === 4);
    await openBySilence(careful);
    await eventually(() => careful.stats().lanes.ready === 4);
    await expect(careful.whenReady('20s')).resolves.toBe(true);
    const clients = String(await admin.client('LIST')).split('\n');
    expect(clients.filter((client) => client.includes(' cmd=ping '))).toHaveLength(3);
    await careful.close();
  });

  it('closes for a user who may not PING', async () => {
    await admin.call('ACL', 'SETUSER', 'mute', 'on', '>pw', '~*', '+@all', '-ping');
    const mute = createRedisPool({ url: `redis://mute:pw@127.0.0.1:${server.port}`, deadlineMs: 100 });
    await mute.whenReady('20s');
    await openBySilence(mute);
    await expect(mute.whenReady('20s')).resolves.toBe(true);
    await mute.close();
  });
});
