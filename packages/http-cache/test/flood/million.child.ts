import { createCache } from '@breakwater/cache';
import { startRedis } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { createFloodedCache } from './flooded-cache.ts';
import { randomQueries } from './random-queries.ts';

// `pnpm --filter @breakwater/http-cache flood [requests] [maxKeys]`
const [requests = 1_000_000, maxKeys = 100_000] = process.argv.slice(2).map(Number);

const server = await startRedis();
const redis = new Redis(server.url);
const cache = createCache({ redis });
const { httpCache, runs, flood } = createFloodedCache(cache, { maxKeys });
await flood([['/page']]);

const megabytes = (bytes: number) => `${(bytes / 1_048_576).toFixed(1)} MB`;
const startedAtMs = performance.now();
let hitMemory = 0;
for (let tenth = 1; tenth <= 10; tenth += 1) {
  await flood(randomQueries('/page', requests / 10));
  const { page } = httpCache.stats().policies;
  const hot = (page?.hitMemory ?? 0) - hitMemory;
  hitMemory = page?.hitMemory ?? 0;
  const { memory } = cache.stats();
  process.stdout.write(
    `${(requests / 10) * tenth} random ?x= : ${page?.stored} stored, ${await redis.dbsize()} keys in Redis, ` +
      `${memory.entries} entries of ${megabytes(memory.bytes)} in memory, resident ${megabytes(process.memoryUsage.rss())}, ` +
      `the page itself: ${hot} hits of memory, ${runs.bare} run\n`,
  );
}
const seconds = (performance.now() - startedAtMs) / 1000;
const used = /used_memory:(\d+)/.exec(await redis.info('memory'));
process.stdout.write(`${seconds.toFixed(0)} s, Redis holds ${megabytes(Number(used?.[1]))}\n`);

await httpCache.close();
await cache.close();
redis.disconnect();
await server.stop();
