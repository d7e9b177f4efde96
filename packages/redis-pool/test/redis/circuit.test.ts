import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, type RedisServer, startRedis } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRedisPool, type RedisPool } from '../../src/index.ts';
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
    pool = createRedisPool({ url: server.url, deadlineMs: 200 });
    log = logEvents(pool);
    await pool.whenReady('2s');
  });
  afterEach(() => pool.close());

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
    expect(log.last('circuit:opened')).toEqual({ consecutiveFailures: 5 });
    expect(pool.stats()).toMatchObject({ outageFailures: 5, rejections: 2, replyErrors: 0 });
    await expect(pool.whenReady('5s')).resolves.toBe(true);
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
    await expect(pool.whenReady('10s')).resolves.toBe(true);
    await admin.flushall();
  });

  it('half-open sends one PING and nothing of the users, who still ask', async () => {
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

  it('closes for a user who may not PING', async () => {
    await admin.call('ACL', 'SETUSER', 'mute', 'on', '>pw', '~*', '+@all', '-ping');
    const mute = createRedisPool({ url: `redis://mute:pw@127.0.0.1:${server.port}`, deadlineMs: 100 });
    await mute.whenReady('2s');
    await openBySilence(mute);
    await expect(mute.whenReady('10s')).resolves.toBe(true);
    await mute.close();
  });
});
