import type { Topic } from './topic.ts';
import { gain } from './topics/cache/gain.ts';
import { hotKey } from './topics/cache/hot-key.ts';
import { invalidations } from './topics/cache/invalidations.ts';
import { memory } from './topics/cache/memory.ts';
import { getMany, redisHits } from './topics/cache/redis-hit.ts';
import { writeBack } from './topics/cache/write-back.ts';
import { writes } from './topics/cache/writes.ts';
import { expressHit, fastifyHit, frontHit, redisHit } from './topics/http/hits.ts';
import { miss, missCost } from './topics/http/misses.ts';
import { throughput } from './topics/redis-pool/throughput.ts';
import { eventLoop, largeValues, largeValuesPaced } from './topics/redis-pool/timed.ts';

/** Every topic that `pnpm bench` knows. */
export const topics: readonly Topic[] = [
  frontHit,
  expressHit,
  fastifyHit,
  redisHit,
  miss,
  missCost,
  memory,
  hotKey,
  ...redisHits,
  getMany,
  writes,
  writeBack,
  ...invalidations,
  gain,
  ...throughput,
  ...largeValues,
  largeValuesPaced,
  eventLoop,
];
