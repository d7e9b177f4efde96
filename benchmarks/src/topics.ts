import type { Topic } from './topic.ts';
import { http } from './topics/http/topic.ts';

/** Every topic that `pnpm bench` knows. */
export const topics: readonly Topic[] = [http];
