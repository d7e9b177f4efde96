import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../src/eventually.ts';
import { type FaultProxy, startFaultProxy } from '../../src/fault-proxy.ts';
import { type RedisServer, startRedis } from '../../src/redis-server.ts';

let server: RedisServer;
let proxy: FaultProxy;
let direct: Redis;
let redis: Redis;

beforeAll(async () => {
  server = await startRedis();
  direct = new Redis(server.url);
});
beforeEach(async () => {
  proxy = await startFaultProxy(server.port);
  redis = new Redis(proxy.url, { maxRetriesPerRequest: 0, retryStrategy: () => 20 });
  redis.on('error', () => {});
  await redis.ping();
});
afterEach(async () => {
  redis.disconnect();
  await proxy.close();
});
afterAll(async () => {
  direct.disconnect();
  await server.stop();
});

async function timed(work: Promise<unknown>): Promise<number> {
  const beganAt = performance.now();
  await work;
  return performance.now() - beganAt;
}

describe('the fault proxy', () => {
  it('passes everything on until told otherwise', async () => {
    const large = 'x'.repeat(1_000_000);
    await redis.set('large', large);
    expect(await redis.get('large')).toBe(large);
  });

  it('delays both directions, in order', async () => {
    proxy.inject({ kind: 'latency', ms: 30, jitterMs: 20 });
    const replies: string[] = [];
    const elapsedMs = await timed(
      Promise.all(['a', 'b', 'c'].map(async (text) => replies.push(await redis.echo(text)))),
    );
    expect(elapsedMs).toBeGreaterThanOrEqual(55);
    expect(replies).toEqual(['a', 'b', 'c']);
  });

  it('swallows all in a black hole while the socket stays open', async () => {
    proxy.inject({ kind: 'black-hole' });
    let settled = false;
    const work = redis.set('hole', '1').finally(() => {
      settled = true;
    });
    work.catch(() => {});
    await direct.ping();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(settled).toBe(false);
    expect(proxy.connections).toBe(1);
    expect(await direct.get('hole')).toBeNull();
  });

  it('silences replies alone in a one-way partition: the server has run the command', async () => {
    proxy.inject({ kind: 'one-way', silent: 'replies' });
    redis.incr('one-way').catch(() => {});
    await eventually(async () => expect(await direct.get('one-way')).toBe('1'));
  });

  it('drops connections, and lets them in again when healed', async () => {
    proxy.inject({ kind: 'drop' });
    await eventually(() => expect(redis.status).not.toBe('ready'));
    proxy.heal();
    await eventually(async () => expect(await redis.ping()).toBe('PONG'));
  });

  it('resets a connection in the middle of a reply', async () => {
    await redis.set('long', 'x'.repeat(100_000));
    proxy.inject({ kind: 'reset-mid-reply', afterBytes: 1000 });
    await expect(redis.get('long')).rejects.toThrow();
  });

  it('drips replies a byte at a time', async () => {
    proxy.inject({ kind: 'slow-drip', everyMs: 10 });
    // "+PONG\r\n" is 7 bytes; the parser needs six of them, and a timer may fire a millisecond early.
    expect(await timed(redis.ping())).toBeGreaterThanOrEqual(55);
  });

  it('holds a bandwidth', async () => {
    await redis.set('wide', 'x'.repeat(10_000));
    proxy.inject({ kind: 'bandwidth', bytesPerSecond: 100_000 });
    expect(await timed(redis.get('wide'))).toBeGreaterThanOrEqual(90);
  });
});
