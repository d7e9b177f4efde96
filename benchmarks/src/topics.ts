import type { Topic } from './topic.ts';
import { http } from './topics/http/topic.ts';
import { memory } from './topics/memory.ts';
import { throughput } from './topics/redis-pool/throughput.ts';
import { eventLoop, largeValues, largeValuesPaced } from './topics/redis-pool/timed.ts';

/** Every topic that `pnpm bench` knows. */
export const topics: readonly Topic[] = [http, memory, ...throughput, largeValues, largeValuesPaced, eventLoop];
