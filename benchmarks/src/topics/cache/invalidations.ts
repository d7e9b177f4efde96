import type { CallCase, CallTopic } from '../../topic.ts';

/** Every call kills what stands under the tag, and writes one entry anew, so that the next has something to kill. */
function invalidating(entries: number): CallCase {
  const tag = `tag-${entries}`;
  return {
    name: tag,
    about: `invalidate a tag on ${entries.toLocaleString('en-US')} entries, and set one of them`,
    async prepare(redisUrl) {
      const { connectTagged } = await import('./clients.ts');
      const { cache, keys } = await connectTagged(redisUrl, entries, tag);
      return async () => {
        await cache.invalidate({ tag });
        await cache.set(keys[0] as string, 0, { tags: [tag] });
      };
    },
  };
}

const oneTag: CallTopic = {
  name: 'cache/tag',
  question: 'What does it cost to invalidate a tag, on few entries and on many?',
  reference: 'incr',
  measures: 'calls',
  needsRedis: true,
  concurrency: 1,
  cases: [
    {
      name: 'incr',
      about: 'raw INCR, and SET PX',
      async prepare(redisUrl) {
        const { Redis } = await import('ioredis');
        const redis = new Redis(redisUrl);
        return async () => {
          await redis.incr('raw:generation');
          await redis.set('raw:entry', '0', 'PX', 60_000);
        };
      },
    },
    invalidating(1000),
    invalidating(1_000_000),
  ],
  thresholds: [
    {
      case: 'tag-1000000',
      against: 'tag-1000',
      atLeast: 0.8,
      because: 'a tag is one generation, whatever stands on it',
    },
  ],
};

const READS = 1000;

const firstReads: CallTopic = {
  name: 'cache/dead-reads',
  question: 'What does it cost to read 1,000 entries that died with their tag, over 1,000 that were never there?',
  reference: 'untagged-misses',
  measures: 'calls',
  needsRedis: true,
  concurrency: 1,
  cases: [
    {
      name: 'untagged-misses',
      about: 'getMany of 1,000 keys that no tier has',
      async prepare(redisUrl) {
        const { connectTagged } = await import('./clients.ts');
        const { cache } = await connectTagged(redisUrl, 1, 'untagged');
        const keys = Array.from({ length: READS }, (_, index) => `absent:${index}`);
        return () => cache.getMany(keys);
      },
    },
    {
      name: 'dead',
      about: 'getMany of 1,000 keys whose frames lie in Redis under a dead generation',
      async prepare(redisUrl) {
        const { connectTagged } = await import('./clients.ts');
        const { cache, keys } = await connectTagged(redisUrl, READS, 'dead');
        await cache.invalidate({ tag: 'dead' });
        return () => cache.getMany(keys);
      },
    },
  ],
  thresholds: [
    {
      case: 'dead',
      against: 'untagged-misses',
      atLeast: 0.5,
      because: 'a dead entry is a frame more to open, and a generation that is asked for once',
    },
  ],
};

export const invalidations: readonly CallTopic[] = [oneTag, firstReads];
