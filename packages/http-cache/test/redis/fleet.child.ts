import { setTimeout as sleep } from 'node:timers/promises';
import { createCache } from '@breakwater/cache';
import { serve } from '@breakwater/testkit';
import express from 'express';
import { Redis } from 'ioredis';
import { httpCache } from '../../src/express.ts';

export type Report =
  | { readonly says: 'ready'; readonly url: string }
  /** For another process's response. */
  | { readonly says: 'waiting' };

const [redisUrl] = process.argv.slice(2);
const redis = new Redis(String(redisUrl));
const cache = createCache({ redis, deadlineMs: '10s' });
const report = (message: Report) => process.send?.(message);

const app = express();
// A busy machine takes its time to kill a process.
app.use(httpCache({ cache, authority: 'api', maxWait: '50s' }));
app.get('/:what', httpCache.route({ ttl: '10m' }), async (request, response) => {
  const run = await redis.incr(`runs ${request.params.what}`);
  // The first never comes back where it is to hang, else it is long enough for most others to come upon it.
  await sleep(run === 1 && request.params.what === 'hanging' ? 2 ** 31 - 1 : 300);
  response.json({ run });
});

let waits = 0;
setInterval(() => {
  const { leasesAwaited } = cache.stats().total;
  if (leasesAwaited > waits) report({ says: 'waiting' });
  waits = leasesAwaited;
}, 5);
process.on('disconnect', () => process.exit());
while (!cache.stats().bus.connected) await sleep(5);
report({ says: 'ready', url: (await serve(app)).url });
