import type { Topic } from './topic.ts';
import { http } from './topics/http/topic.ts';
import { memory } from './topics/memory.ts';

/** Every topic that `pnpm bench` knows. */
export const topics: readonly Topic[] = [http, memory];
