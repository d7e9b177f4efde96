import type { Topic } from './topic.ts';
import { invalidations } from './topics/cache/invalidations.ts';
import { memory } from './topics/cache/memory.ts';
import { getMany, redisHits } from './topics/cache/redis-hit.ts';
import { writes } from './topics/cache/writes.ts';
import { http } from './topics/http/topic.ts';
import { throughput } from './topics/redis-pool/throughput.ts';
import { eventLoop, largeValues, largeValuesPaced } from './topics/redis-pool/timed.ts';

/** Every topic that `pnpm bench` knows. */
export const topics: readonly Topic[] = [
  http,
  memory,
  ...redisHits,
  getMany,
  writes,
  ...invalidations,
  ...throughput,
  ...largeValues,
  largeValuesPaced,
  eventLoop,
];
