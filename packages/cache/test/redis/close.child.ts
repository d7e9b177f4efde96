import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { createCache } from '../../src/index.ts';

/** A process that ends in the middle of its work: it loads, waits for the load of another, and has writes buffered. */
const [url] = process.argv.slice(2);
const redis = new Redis(String(url));
const cache = createCache({
  redis,
  deadlineMs: '10s',
  policies: { default: { load: { leaseWait: '1s' } }, back: { write: 'back' } },
  writeBack: { interval: '1h' },
});
while (!cache.stats().bus.connected) await sleep(5);

const never = cache.getOrLoad('never', () => new Promise(() => {}));
const waiting = cache.getOrLoad('elsewhere', () => 'here after all');
while (cache.stats().total.leasesAwaited === 0 || cache.stats().total.loads === 0) await sleep(5);
await cache.set('written', 'value', { policy: 'back' });
await cache.close();
void never;
if ((await waiting) !== 'here after all')
  throw new Error('A call that waits for another process must not be forgotten.');
redis.disconnect();
