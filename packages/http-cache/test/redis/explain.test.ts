import { createCache } from '@breakwater/cache';
import { createManualClock, eventually, frameworks, type RedisServer, startRedis } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { send, statusOf } from '../http-client.ts';
import { type App, serveApp } from '../small-app.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

const running: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
});

describe.each(frameworks)('explain with Redis, on $name', (framework) => {
  const clock = createManualClock();

  async function start(namespace: string): Promise<App> {
    const redis = new Redis(server.url);
    const cache = createCache({ redis, deadlineMs: '10s', namespace, clock });
    const app = await serveApp(framework, {
      cache,
      options: { authority: 'api', clock },
      routes: [
        { path: '/page', policy: { ttl: '60s', tags: ['pages'] }, handle: (call) => call.text('page') },
        {
          path: '/vary',
          policy: { ttl: '60s' },
          handle(call) {
            call.header('Vary', 'Accept-Language');
            call.text(String(call.headers['accept-language']));
          },
        },
      ],
    });
    running.push(async () => {
      await app.httpCache.close();
      await app.close();
      await cache.close();
      redis.disconnect();
    });
    await eventually(() => expect(cache.stats().bus.connected).toBe(true));
    return app;
  }

  it.each([
    ['/page', {}],
    ['/vary', { 'accept-language': 'de' }],
  ])('what another instance stored under %s is told to lie in Redis, and stays there', async (path, headers) => {
    const namespace = `explain-${framework.name}${path}`.replaceAll(/[^\w-]/g, '-');
    const [one, two] = [await start(namespace), await start(namespace)];
    await send(one.url + path, { headers });
    await one.httpCache.close();
    const explain = () => two.httpCache.explain({ url: path, headers, policy: 'origin' });
    // An instance that no request has come to knows no route.
    expect(await explain()).toMatchObject({ outcome: 'miss', stored: undefined });
    await send(`${two.url}${path}?first`, { headers });
    await two.httpCache.close();
    for (const tiers of [['redis'], ['memory', 'redis']]) {
      const entries = two.cache.stats().memory.entries;
      const explanation = await two.httpCache.explain({ url: path, headers, policy: path });
      expect(explanation).toMatchObject({ outcome: 'hit', stored: { tiers } });
      expect(explanation.stored?.tags.at(-1)).toMatchObject({ tag: `route ${path}`, generation: expect.any(String) });
      expect(two.cache.stats().memory.entries).toBe(entries);
      expect(statusOf(await send(two.url + path, { headers }))).toBe(explanation.cacheStatus);
    }
  });
});
