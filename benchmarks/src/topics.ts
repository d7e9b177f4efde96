import type { Topic } from './topic.ts';
import { http } from './topics/http/topic.ts';
import { memory } from './topics/memory.ts';
import { eventLoop, largeValues } from './topics/redis-pool/paced.ts';
import { throughput } from './topics/redis-pool/throughput.ts';

/** Every topic that `pnpm bench` knows. */
export const topics: readonly Topic[] = [http, memory, ...throughput, largeValues, eventLoop];
