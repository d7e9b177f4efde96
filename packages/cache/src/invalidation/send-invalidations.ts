import { NAMESPACE_TAG } from '../generations/generations.ts';
import { type RedisInvalidations, UNPROVEN } from '../redis/redis-invalidations.ts';
import { isFailure } from '../redis/redis-state.ts';
import type { Invalidations } from '../targets/target.ts';

export interface Sent {
  readonly keysTouched: number;
  /** Tags that had no generation. */
  readonly unknownTags: readonly string[];
  /** What Redis did not take. */
  readonly refused: Partial<Invalidations> | undefined;
  /** Tags that Redis has ended beside those that were wanted. */
  readonly tagsBeside: readonly string[];
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
  const isUnproven = patternReplies.includes(UNPROVEN);
  // What a walk may have missed ends with all the rest: that costs misses, and leaves nothing.
  const allReply = isUnproven && (await redis.tag(NAMESPACE_TAG));
  const keysTouched = [...keyReplies, ...patternReplies].reduce<number>(
    (sum, reply) => sum + (typeof reply === 'number' ? reply : 0),
    0,
  );
  const refused = {
    keys: keys.filter((_, index) => isFailure(keyReplies[index])),
    tags: tags.filter((_, index) => isFailure(tagReplies[index])),
    patterns: patterns.filter((_, index) => {
      const reply = patternReplies[index];
      return isFailure(reply === UNPROVEN ? allReply : reply);
    }),
  };
  const isRefused = refused.keys.length + refused.tags.length + refused.patterns.length > 0;
  const unknownTags = tags.filter((_, index) => tagReplies[index] === false);
  const tagsBeside = isUnproven && !isFailure(allReply) ? [NAMESPACE_TAG] : [];
  return { keysTouched, unknownTags, refused: isRefused ? refused : undefined, tagsBeside };
}
