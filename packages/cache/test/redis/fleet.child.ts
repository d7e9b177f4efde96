import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { createCache } from '../../src/index.ts';

/** What the parent says. */
export interface Order {
  readonly calls: number;
  /** Whether the loader never comes back. */
  readonly hangs: boolean;
}

export type Report =
  | { readonly says: 'ready' | 'loading' | 'waiting' }
  | { readonly says: 'done'; readonly values: readonly string[] };

const [url] = process.argv.slice(2);
const redis = new Redis(String(url));
// A busy machine takes its time to kill a process.
const cache = createCache({ redis, deadlineMs: '10s', policies: { default: { load: { leaseWait: '25s' } } } });
const report = (message: Report) => process.send?.(message);

async function load(hangs: boolean): Promise<string> {
  const run = await redis.incr('loader-runs');
  report({ says: 'loading' });
  // Long enough for every other process to come upon it.
  await sleep(hangs ? 2 ** 31 - 1 : 300);
  return `run ${run}`;
}

async function obey({ calls, hangs }: Order): Promise<void> {
  const watch = setInterval(() => {
    if (cache.stats().total.leasesAwaited === 0) return;
    clearInterval(watch);
    report({ says: 'waiting' });
  }, 5);
  const values = await Promise.all(Array.from({ length: calls }, () => cache.getOrLoad('k', () => load(hangs))));
  clearInterval(watch);
  report({ says: 'done', values: [...new Set(values)] });
}

process.on('message', (order: Order) => void obey(order));
process.on('disconnect', () => process.exit());
while (!cache.stats().bus.connected) await sleep(5);
report({ says: 'ready' });
