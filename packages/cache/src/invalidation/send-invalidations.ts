import type { RedisInvalidations } from '../redis/redis-invalidations.ts';
import { isFailure } from '../redis/redis-state.ts';
import type { Invalidations } from './outbox.ts';

export interface Sent {
  readonly keysTouched: number;
  /** Tags that had no generation. */
  readonly unknownTags: readonly string[];
  /** What Redis did not take. */
  readonly refused: Partial<Invalidations> | undefined;
}

export async function sendInvalidations(
  redis: RedisInvalidations,
  { keys, tags, patterns }: Invalidations,
): Promise<Sent> {
  const [keyReplies, tagReplies, patternReplies] = await Promise.all([
    Promise.all(keys.map(redis.key)),
    Promise.all(tags.map(redis.tag)),
    Promise.all(patterns.map(redis.pattern)),
  ]);
  const keysTouched = [...keyReplies, ...patternReplies].reduce<number>(
    (sum, reply) => sum + (isFailure(reply) ? 0 : reply),
    0,
  );
  const refused = {
    keys: keys.filter((_, index) => isFailure(keyReplies[index])),
    tags: tags.filter((_, index) => isFailure(tagReplies[index])),
    patterns: patterns.filter((_, index) => isFailure(patternReplies[index])),
  };
  const isRefused = refused.keys.length + refused.tags.length + refused.patterns.length > 0;
  const unknownTags = tags.filter((_, index) => tagReplies[index] === false);
  return { keysTouched, unknownTags, refused: isRefused ? refused : undefined };
}
