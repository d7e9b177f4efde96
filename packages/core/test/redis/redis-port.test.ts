import { fork } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { eventually, freePort, type RedisServer, startRedis } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boundRedis } from '../../src/redis/bound-redis.ts';
import { createKeySpace } from '../../src/redis/key-space.ts';
import { scanKeys } from '../../src/redis/scan-keys.ts';
import { defineScript, runScript } from '../../src/redis/script.ts';

let server: RedisServer;
let redis: Redis;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
  redis.on('error', () => {});
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

describe('running a script', () => {
  const increment = defineScript("return redis.call('INCRBY', KEYS[1], ARGV[1])");

  it('works on a server that has never seen it, and after SCRIPT FLUSH, counting once each time', async () => {
    expect(await runScript(redis, increment, ['script:a'], [5])).toBe(5);
    await redis.script('FLUSH');
    expect(await runScript(redis, increment, ['script:a'], [5])).toBe(10);
    expect(await runScript(redis, increment, ['script:a'], [1])).toBe(11);
  });

  it('is not repeated after any other error', async () => {
    const countThenFail = defineScript("redis.call('INCR', KEYS[1]) return redis.error_reply('ERR no NOSCRIPT here')");
    await expect(runScript(redis, countThenFail, ['script:b'], [])).rejects.toThrow();
    expect(await redis.get('script:b')).toBe('1');
  });
});

describe('a key pattern', () => {
  const names = ['a*c', 'abc', 'a[b]c', 'a-c', 'price:AAPL', 'price:SPX', 'x y', '100%'];

  it.each([
    ['price:*', ['price:AAPL', 'price:SPX']],
    ['a?c', ['a*c', 'a-c', 'abc']],
    ['a[b]c', ['a[b]c']],
    ['x y', ['x y']],
    ['100%', ['100%']],
    ['nothing*', []],
  ])('%j matches just what it says, on a real server', async (glob, expected) => {
    const keys = createKeySpace('scan');
    await Promise.all(names.map((name) => redis.set(keys.key('entry', name), '1', 'PX', 60_000)));
    await redis.set('foreign', '1', 'PX', 60_000);
    const found: (string | undefined)[] = [];
    for await (const page of scanKeys(redis, keys.pattern('entry', glob), 2)) {
      found.push(...page.map((key) => keys.slotOf('entry', key)));
    }
    expect([...new Set(found)].toSorted()).toEqual(expected);
  });
});

describe('a plain ioredis client, bounded', () => {
  it('answers like the client itself while Redis is well', async () => {
    const bounded = boundRedis(redis, 10_000);
    await bounded.set('plain', 'value', 'PX', 60_000);
    expect(await bounded.get('plain')).toBe('value');
    expect(await bounded.unlink(['plain'])).toBe(1);
  });

  it('tells of a reply and of a failure without a promise, by the same bound', async () => {
    const heard: unknown[] = [];
    function hear(of: ReturnType<typeof boundRedis>) {
      of.hear?.(
        { sentAt: performance.now(), key: 'bytes' },
        (client, { key }) => client.getBuffer(key),
        (_call, reply) => heard.push(reply),
        (_call, error) => heard.push((error as { code: string }).code),
      );
    }
    await redis.set('bytes', Buffer.from([0, 255]));
    hear(boundRedis(redis, 10_000));
    await eventually(() => expect(heard).toEqual([Buffer.from([0, 255])]));
    server.freeze();
    hear(boundRedis(redis, 100));
    await eventually(() => expect(heard[1]).toBe('ERR_REDIS_DEADLINE'));
    server.thaw();
    const away = new Redis(server.url, { lazyConnect: true });
    away.disconnect();
    hear(boundRedis(away, 10_000));
    expect(heard[2]).toBe('ERR_REDIS_UNAVAILABLE');
  });

  it('fails by its deadline when the server is silent, and at once when there is no connection', async () => {
    const bounded = boundRedis(redis, 100);
    server.freeze();
    await expect(bounded.get('key')).rejects.toMatchObject({ code: 'ERR_REDIS_DEADLINE' });
    server.thaw();
    await server.kill();
    await eventually(() => expect(redis.status).not.toBe('ready'));
    await expect(bounded.get('key')).rejects.toMatchObject({ code: 'ERR_REDIS_UNAVAILABLE' });
    await server.restart();
    await eventually(async () => expect(await bounded.ping()).toBe('PONG'));
  });

  it('keeps a process that waits for nothing else until the deadline: its socket does', async () => {
    const child = fork(fileURLToPath(new URL('silent.child.ts', import.meta.url)), [server.url], { silent: true });
    await once(child, 'message');
    server.freeze();
    child.send('ask', () => child.disconnect());
    try {
      expect(await text(child.stdout as NodeJS.ReadableStream)).toBe('ERR_REDIS_DEADLINE');
    } finally {
      server.thaw();
    }
  });

  it('waits for the connection of a client that was made a moment ago', async () => {
    const fresh = new Redis(server.url);
    expect(fresh.status).toBe('connecting');
    expect(await boundRedis(fresh, 10_000).ping()).toBe('PONG');
    fresh.disconnect();
  });

  it('does not wait for it when it fails, nor ever again', async () => {
    const nowhere = new Redis({ port: await freePort(), retryStrategy: () => 60_000 });
    nowhere.on('error', () => {});
    const bounded = boundRedis(nowhere, 60_000);
    await expect(bounded.ping()).rejects.toMatchObject({ code: 'ERR_REDIS_UNAVAILABLE' });
    await expect(bounded.ping()).rejects.toMatchObject({ code: 'ERR_REDIS_UNAVAILABLE' });
    nowhere.disconnect();
  });

  it('leaves a client alone that bounds itself', () => {
    const bounding = boundRedis(redis, 100);
    expect(boundRedis(bounding, 500)).toBe(bounding);
  });
});
