import { execFileSync } from 'node:child_process';
import diagnosticsChannel from 'node:diagnostics_channel';
import { defineScript, runScript } from '@breakwater/core/redis';
import { eventually, type RedisServer, startRedis } from '@breakwater/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRedisPool, type RedisPool } from '../../src/index.ts';
import { logEvents } from './event-log.ts';
import { outcomesOf } from './outcomes.ts';

/** No machine is so slow that it misses this deadline. */
const PATIENT = '20s';

describe('commands through the pool', () => {
  let server: RedisServer;
  let pool: RedisPool;
  beforeAll(async () => {
    server = await startRedis({ requirepass: 's@same' });
  });
  afterAll(() => server.stop());
  const url = (path = '') => `redis://:s%40same@127.0.0.1:${server.port}${path}`;
  beforeEach(() => {
    pool = createRedisPool({ url: url(), deadlineMs: PATIENT });
  });
  afterEach(() => pool.close());

  it('wait for the first connection of a fresh pool', async () => {
    await expect(pool.ping()).resolves.toBe('PONG');
    expect(pool.stats()).toMatchObject({ health: 'up', outageFailures: 0 });
  });

  it('answer as ioredis does', async () => {
    await expect(pool.set('{c}text', 'ä', 'PX', 60_000)).resolves.toBe('OK');
    await expect(pool.set('{c}bytes', Buffer.from([0, 255]), 'PX', 60_000)).resolves.toBe('OK');
    await expect(pool.get('{c}text')).resolves.toBe('ä');
    await expect(pool.get('{c}none')).resolves.toBeNull();
    await expect(pool.mget(['{c}text', '{c}none'])).resolves.toEqual(['ä', null]);
    await expect(pool.mgetBuffer(['{c}bytes', '{c}none'])).resolves.toEqual([Buffer.from([0, 255]), null]);
    await expect(pool.pexpire('{c}text', 30_000)).resolves.toBe(1);
    await expect(pool.scan('0', 'MATCH', '{c}*', 'COUNT', 100)).resolves.toMatchObject(['0', { length: 2 }]);
    await expect(pool.unlink(['{c}text', '{c}bytes'])).resolves.toBe(2);
    await expect(pool.publish('nobody', 'hears')).resolves.toBe(0);
    await expect(pool.info('server')).resolves.toMatch(/^redis_version:/m);
    await expect(pool.eval('return ARGV[1]', 0, 'echo')).resolves.toBe('echo');
    await expect(runScript(pool, defineScript('return #KEYS'), ['a', 'b'], [])).resolves.toBe(2);
  });

  it('may be any other by name', async () => {
    await expect(pool.call('HSET', 'hash', 'field', Buffer.from([200]))).resolves.toBe(1);
    await expect(pool.callBuffer('hget', 'hash', 'field')).resolves.toEqual(Buffer.from([200]));
    await expect(pool.call('PEXPIRE', 'hash', 1000)).resolves.toBe(1);
  });

  it.each([['SUBSCRIBE'], ['multi'], ['Blpop'], ['QUIT'], ['xread', 'block', 50, 'streams', 'stream', '$']])(
    'are refused when they need a connection of their own: %s',
    async (command, ...args) => {
      await expect(pool.call(command as string, ...args)).rejects.toMatchObject({
        code: 'ERR_REDIS_POOL_SHARED_CONNECTION',
        command: String(command).toUpperCase(),
      });
      await expect(pool.ping()).resolves.toBe('PONG');
    },
  );

  it('may read a stream, also one of that name', async () => {
    await expect(pool.call('XREAD', 'STREAMS', 'BLOCK', '0')).resolves.toBeNull();
  });

  it('fail as Redis says when it refuses them, and that is no outage', async () => {
    await pool.call('LPUSH', 'list', 'x');
    await pool.call('PEXPIRE', 'list', 1000);
    const wrong = () => [pool.get('list'), pool.evalsha('0'.repeat(40), 0), pool.call('NONSENSE')];
    const messages = await outcomesOf(Array.from({ length: 20 }, wrong).flat());
    expect(new Set(messages.map((message) => message.split(' ')[0]))).toEqual(
      new Set(['WRONGTYPE', 'NOSCRIPT', 'ERR']),
    );
    expect(pool.stats()).toMatchObject({ circuit: 'closed', health: 'up', replyErrors: 60, outageFailures: 0 });
  });

  it.each([[{ toString: 'x' }], [['key', { toString: 'x' }]], [() => 'key'], [Object.create(null)]])(
    'are refused with what is no text, number or Buffer: %o',
    async (argument) => {
      await expect(pool.get(argument as never)).rejects.toMatchObject({ code: 'ERR_REDIS_POOL_ARGUMENT' });
      await expect(pool.ping()).resolves.toBe('PONG');
      expect(pool.stats()).toMatchObject({ inFlight: 0, outageFailures: 0 });
    },
  );

  it('are not late when it was the process that had no time to read their answers', async () => {
    const hasty = createRedisPool({ url: url(), deadlineMs: 50 });
    await hasty.whenReady('20s');
    // The pool's own questions of a beginning are answered: a command of the same tick would leave behind them, at its end.
    await hasty.ping();
    const dueAt = performance.now() + hasty.deadlineMs;
    const answer = hasty.ping();
    // Another client is answered after it: so the answer is there, unread.
    execFileSync('redis-cli', ['-u', url(), '--no-auth-warning', 'PING']);
    while (performance.now() < dueAt + 10);
    await expect(answer).resolves.toBe('PONG');
    expect(hasty.stats().deadlineFailures).toBe(0);
    await hasty.close();
  });

  it('leave in one socket write where they were sent in one tick', async () => {
    const one = createRedisPool({ url: url(), lanes: 1, deadlineMs: PATIENT });
    const readsSoFar = async () => Number(/total_reads_processed:(\d+)/.exec(await one.info('stats'))?.[1]);
    const before = await readsSoFar();
    await Promise.all(Array.from({ length: 200 }, () => one.ping()));
    // The first goes at once, the others together; the two INFO calls are reads as well.
    expect((await readsSoFar()) - before).toBeLessThan(10);
    await one.close();
  });

  it('are told on the diagnostics channel of ioredis, as those of any client of it', async () => {
    const seen: unknown[] = [];
    const start = (event: unknown) => void seen.push(event);
    const channel = diagnosticsChannel.channel('tracing:ioredis:command:start');
    channel.subscribe(start);
    try {
      await pool.set('traced', 'secret', 'PX', 1000);
    } finally {
      channel.unsubscribe(start);
    }
    expect(seen).toContainEqual(expect.objectContaining({ command: 'set', args: ['traced', '?', '?', '?'] }));
  });

  it('are counted', async () => {
    await Promise.all([pool.ping(), pool.ping(), pool.ping()]);
    const { commands, inFlight, connections, latencyMs } = pool.stats();
    expect({ commands, inFlight, answered: latencyMs.count }).toEqual({ commands: 3, inFlight: 0, answered: 3 });
    expect(connections).toBeGreaterThanOrEqual(1);
  });

  it('run in the database that the URL names', async () => {
    const third = createRedisPool({ url: url('/3'), lanes: 1, deadlineMs: PATIENT });
    await expect(third.call('CLIENT', 'INFO')).resolves.toMatch(/ db=3 /);
    await third.close();
  });

  it('run in no other database where that one does not exist', async () => {
    const nowhere = createRedisPool({ url: url('/99'), lanes: 2, deadlineMs: PATIENT });
    const log = logEvents(nowhere);
    await expect(nowhere.get('key')).rejects.toMatchObject({ code: 'ERR_REDIS_UNAVAILABLE' });
    await eventually(() => log.last('outage:began') !== undefined);
    expect(log.last('outage:began')?.reason).toMatch(/DB index is out of range/);
    expect(nowhere.stats().connections).toBe(0);
    await nowhere.close();
  });

  it('say why there is no connection when the password is wrong', async () => {
    const locked = createRedisPool({ url: server.url, deadlineMs: PATIENT, redis: { password: 'wrong' } });
    await expect(locked.ping()).rejects.toThrow(/no connection: WRONGPASS/);
    await expect(locked.whenReady(100)).resolves.toBe(false);
    await locked.close();
  });
});
