import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TimedCase, TimedTopic } from '../../topic.ts';

/** What takes a slow database 50 ms, of which four in five are asked for again and again. */
const SOURCE_MS = 50;
const HOT_KEYS = ['hot:1', 'hot:2', 'hot:3', 'hot:4'];

async function readSource(key: string): Promise<{ readonly key: string }> {
  await sleep(SOURCE_MS);
  return { key };
}

/** Five reads, one after the other, of which the last was never asked for before. */
function fiveReads(read: (key: string) => Promise<unknown>): () => Promise<void> {
  // All cases of a run share one Redis.
  const run = randomUUID();
  let round = 0;
  return async () => {
    round += 1;
    for (const key of [...HOT_KEYS, `cold:${run}:${round}`]) await read(key);
  };
}

function cached(name: string, about: string, maxSize: number): TimedCase {
  return {
    name,
    about,
    async prepare(redisUrl) {
      const { connectOurs } = await import('./clients.ts');
      const cache = await connectOurs(redisUrl, { maxSize });
      return { call: fiveReads((key) => cache.getOrLoad(key, readSource)) };
    },
  };
}

export const gain: TimedTopic = {
  name: 'cache/gain',
  question: 'What does a cache gain where a source takes 50 ms, and four of five reads find what was read before?',
  reference: 'source',
  measures: 'timed-calls',
  needsRedis: true,
  load: { concurrency: 1 },
  cases: [
    { name: 'source', about: 'the source alone', prepare: async () => ({ call: fiveReads(readSource) }) },
    cached('memory', 'getOrLoad, memory in front of Redis', 100 * 1024 ** 2),
    cached('redis', 'getOrLoad, Redis alone', 0),
  ],
  thresholds: [
    { case: 'memory', against: 'source', atLeast: 4.6, because: 'so much is left where each hit takes a millisecond' },
  ],
};
