import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { createCache, type InvalidationTarget } from '../../src/index.ts';
import { openJournal } from './journal.ts';
import { createRandom, pick } from './random.ts';
import { BLIND_TTL_MS, HEARTBEAT_MS } from './run.ts';

/** One process of a run: random calls of the cache over few keys, each told as it ends, until it is told to stop or is killed. */

const [cacheUrl, sourceUrl, journalPath, seed, index, lies] = process.argv.slice(2);
const journal = openJournal(String(journalPath));
const by = Number(index);
const random = createRandom(Number(seed) + by);
const redis = new Redis(String(cacheUrl), { retryStrategy: () => 50, connectTimeout: 500 });
redis.on('error', () => {});
/** Outside of all faults. */
const source = new Redis(String(sourceUrl));
const cache = createCache({
  redis,
  deadlineMs: '200ms',
  memory: { blindTtl: BLIND_TTL_MS, ttl: '1m' },
  bus: { heartbeat: HEARTBEAT_MS },
  policies: { default: { ttl: '1m', load: { leaseWait: '300ms' } } },
});
const KEYS = ['a', 'b', 'c', 'd'];
const TARGETS: readonly InvalidationTarget[] = [{ key: 'a' }, { key: ['b', 'c'] }, { tag: 'all' }, { pattern: '?' }];
const now = () => Number(process.hrtime.bigint() / 1000n) / 1000;
const tagsOf = (key: string) => ['all', `of ${key}`];

async function versionsNow(): Promise<Record<string, number>> {
  const versions = await source.mget(KEYS);
  return Object.fromEntries(KEYS.map((key, at) => [key, Number(versions[at] ?? 0)]));
}

async function read(key: string): Promise<void> {
  const startMs = now();
  const load = async () => {
    const version = Number((await source.get(key)) ?? 0);
    // Long enough for an invalidation to overtake it.
    if (random() < 0.5) await sleep(random() * 20);
    return version;
  };
  const version =
    random() < 0.5 ? await cache.get<number>(key) : await cache.getOrLoad(key, load, { tags: tagsOf(key) });
  if (version !== undefined) journal.add({ does: 'read', by, key, version, startMs, endMs: now() });
}

async function invalidate(target: InvalidationTarget | 'clear'): Promise<boolean> {
  const { shared } = target === 'clear' ? await cache.clear() : await cache.invalidate(target);
  return shared;
}

async function change(target: InvalidationTarget | 'clear'): Promise<void> {
  await source.incr(pick(random, KEYS));
  const all = await versionsNow();
  const startMs = now();
  const isShared = lies ? true : await invalidate(target);
  if (!isShared) return;
  const keys = target !== 'clear' && 'key' in target ? [target.key ?? []].flat() : KEYS;
  const versions = Object.fromEntries(keys.map((key) => [key, all[key] ?? 0]));
  journal.add({ does: 'invalidate', by, target: JSON.stringify(target), versions, startMs, endMs: now() });
}

async function set(key: string): Promise<void> {
  const startMs = now();
  const version = await source.incr(key);
  const begun = { does: 'set', by, key, version, startMs } as const;
  journal.begin(begun);
  await cache.set(key, version, { tags: tagsOf(key) });
  journal.add({ ...begun, endMs: now() });
}

function act(): Promise<void> {
  const chance = random();
  if (chance < 0.85) return read(pick(random, KEYS));
  if (chance < 0.9) return set(pick(random, KEYS));
  return change(chance < 0.99 ? pick(random, TARGETS) : 'clear');
}

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
