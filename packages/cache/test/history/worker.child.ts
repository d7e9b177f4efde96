import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { createCache } from '../../src/index.ts';
import { createActor } from './actor.ts';
import { openJournal } from './journal.ts';
import { createRandom } from './random.ts';
import { BLIND_TTL_MS, HEARTBEAT_MS } from './run.ts';

/** One process of a run: random calls of the cache over few keys, each told as it ends, until it is told to stop or is killed. */

const [cacheUrl, sourceUrl, journalPath, seed, index, lies] = process.argv.slice(2);
const journal = openJournal(String(journalPath));
const by = Number(index);
const random = createRandom(Number(seed) + by);
const redis = new Redis(String(cacheUrl), { retryStrategy: () => 50, connectTimeout: 500 });
redis.on('error', () => {});
const source = new Redis(String(sourceUrl));
const cache = createCache({
  redis,
  deadlineMs: '200ms',
  memory: { blindTtl: BLIND_TTL_MS, ttl: '1m' },
  bus: { heartbeat: HEARTBEAT_MS },
  policies: { default: { ttl: '1m', load: { leaseWait: '300ms' } } },
});
const act = createActor({ cache, by, random, source, journal, lies: lies !== '' });
let isStopped = false;

async function work(): Promise<void> {
  while (!isStopped) {
    await act();
    await sleep(random() * 4);
  }
}

process.on('disconnect', () => process.exit());
process.once('message', async () => {
  isStopped = true;
  await Promise.all(workers);
  journal.close();
  process.exit();
});
const workers = Array.from({ length: 4 }, work);
while (!cache.stats().bus.connected) await sleep(5);
process.send?.('ready');
