import { type CacheOptions, createCache } from '@breakwater/cache';
import { eventually, type Framework, type RedisServer, startRedis } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { type App, type AppSettings, serveApp } from './small-app.ts';

/** Applications on a Redis of the test file's own; those of a test end with it, and all that they stored. */
export interface Fleet {
  /** A connection of the test's own, to look at what lies there. */
  readonly inspector: Redis;
  /** One more, that hears the others of its namespace. */
  start(framework: Framework, cache: CacheOptions, settings: Omit<AppSettings, 'cache'>): Promise<App>;
}

export function useFleet(): Fleet {
  let server: RedisServer;
  let inspector: Redis;
  const running: { readonly app: App; readonly redis: Redis }[] = [];

  beforeAll(async () => {
    server = await startRedis();
    inspector = new Redis(server.url);
  });
  afterEach(async () => {
    for (const { app, redis } of running.splice(0)) {
      await app.httpCache.close();
      await app.close();
      await app.cache.close();
      redis.disconnect();
    }
    await inspector.flushall();
  });
  afterAll(async () => {
    inspector.disconnect();
    await server.stop();
  });

  return {
    get inspector() {
      return inspector;
    },
    async start(framework, options, settings) {
      const redis = new Redis(server.url);
      const cache = createCache({ redis, deadlineMs: '10s', ...options });
      const app = await serveApp(framework, { cache, ...settings });
      running.push({ app, redis });
      await eventually(() => cache.stats().bus.connected);
      return app;
    },
  };
}
