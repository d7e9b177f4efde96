import type { CallCase, CallTopic } from '../../topic.ts';
import type { WriteBurst } from './burst-writers.ts';
import { KEYS } from './values.ts';

type Writers = typeof import('./burst-writers.ts');

const WRITES = 1000;

/** A call writes a thousand values, and ends when Redis has them. */
function writing(
  name: string,
  about: string,
  connect: (writers: Writers, url: string) => Promise<WriteBurst>,
  differentKeys = WRITES,
): CallCase {
  const keys = Array.from({ length: WRITES }, (_, index) => KEYS[index % differentKeys] as string);
  return {
    name,
    about,
    async prepare(redisUrl) {
      const write = await connect(await import('./burst-writers.ts'), redisUrl);
      return () => write(keys);
    },
  };
}

export const writeBack: CallTopic = {
  name: 'cache/write-back',
  question: 'What do 1,000 writes cost that Redis gets in batches later, beside those that it gets at once?',
  reference: 'lru-and-pipeline',
  measures: 'calls',
  needsRedis: true,
  concurrency: 1,
  cases: [
    writing('lru-and-pipeline', 'lru-cache and one ioredis pipeline of SET PX: nobody hears of it', (writers, url) =>
      writers.pipelineIoredis(url),
    ),
    writing('through', 'cache.set of 1,000 keys: both tiers and the bus', (writers, url) =>
      writers.writeAsOurs(url, 'through'),
    ),
    writing('back', 'the same buffered, then drained', (writers, url) => writers.writeAsOurs(url, 'back')),
    writing(
      'through-again',
      'cache.set, ten times each of 100 keys',
      (writers, url) => writers.writeAsOurs(url, 'through'),
      100,
    ),
    writing(
      'back-again',
      'the same buffered: Redis gets the last of each',
      (writers, url) => writers.writeAsOurs(url, 'back'),
      100,
    ),
  ],
  thresholds: [],
};
