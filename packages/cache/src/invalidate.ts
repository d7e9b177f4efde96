import { idOf, idOfTag, keyIn } from './address.ts';
import type { Announcement, SpacedKey } from './announcement.ts';
import type { InvalidationReport } from './cache.ts';
import type { Engine } from './engine.ts';
import { type GenerationTable, NAMESPACE_TAG } from './generations.ts';
import { matchesGlob } from './glob.ts';
import type { CheckedTarget } from './input.ts';
import type { Invalidations } from './outbox.ts';
import { isFailure } from './redis-state.ts';
import type { RedisTier } from './redis-tier.ts';
import type { CacheStats, InvalidatedBy } from './stats.ts';

export interface Invalidator {
  /** Here first and at once, then in Redis and everywhere. */
  invalidate(space: string, target: CheckedTarget): Promise<InvalidationReport>;
  /** Everything in the namespace. */
  clear(): Promise<InvalidationReport>;
  /** What another instance has changed. */
  apply(announcement: Announcement): void;
  /** Calls so far. */
  counts(): CacheStats['invalidations'];
}

const EVERYTHING: Invalidations = { keys: [], tags: [NAMESPACE_TAG], patterns: [] };

export function createInvalidator(engine: Engine, table: GenerationTable): Invalidator {
  const { memory, loads, fills, redis, events } = engine;
  const counts = { key: 0, tag: 0, pattern: 0, all: 0 };

  function dropKeys(keys: readonly SpacedKey[]): number {
    let dropped = 0;
    for (const [space, key] of keys) {
      const id = idOf(space, key);
      loads.raise(id);
      fills.raise(id);
      if (memory.drop(id)) dropped += 1;
    }
    return dropped;
  }

  function dropTags(tags: readonly string[]): number {
    let dropped = 0;
    for (const tag of tags) {
      loads.raise(idOfTag(tag));
      dropped += table.forget(tag);
    }
    return dropped;
  }

  /** Entries die with the namespace's generation; they are removed all the same, for the room. */
  function dropAll(): number {
    const { entries } = memory.stats();
    loads.raiseAll();
    fills.raiseAll();
    table.forget(NAMESPACE_TAG);
    memory.clear();
    return entries;
  }

  function dropPatterns(patterns: readonly SpacedKey[]): number {
    let dropped = 0;
    for (const pattern of patterns) {
      const matches = matcherOf(pattern);
      loads.raiseMatching(matches);
      fills.raiseMatching(matches);
      dropped += memory.dropMatching(matches);
    }
    return dropped;
  }

  /** What was read from Redis while the invalidation was on its way there may be from before it. Loads are not. */
  function dropFills({ keys, tags }: Invalidations): void {
    for (const [space, key] of keys) {
      fills.raise(idOf(space, key));
      memory.drop(idOf(space, key));
    }
    for (const tag of tags) table.forget(tag);
  }

  /** What Redis is to get later. @returns what to wait for before Redis is told of the invalidation. */
  function dropBuffered({ keys, tags, patterns }: Invalidations): Promise<unknown> | undefined {
    const landing = [engine.writeBack.discard(keys.map(([space, key]) => idOf(space, key)))];
    if (tags.length > 0) {
      const dead = new Set(tags);
      landing.push(engine.writeBack.discardMatching(({ generations }) => generations.some(({ tag }) => dead.has(tag))));
    }
    for (const pattern of patterns) {
      const matches = matcherOf(pattern);
      landing.push(engine.writeBack.discardMatching(({ call }) => matches(call.address.id)));
    }
    return landing.some((one) => one !== undefined) ? Promise.all(landing) : undefined;
  }

  function dropSwept(patterns: readonly SpacedKey[]): void {
    for (const pattern of patterns) {
      const matches = matcherOf(pattern);
      fills.raiseMatching(matches);
      memory.dropMatching(matches);
    }
  }

  async function share(tier: RedisTier, wanted: Invalidations): Promise<{ redisKeys: number; shared: boolean }> {
    const { removed, refused } = await sendInvalidations(tier, wanted);
    dropFills(wanted);
    dropSwept(wanted.patterns);
    if (refused) engine.replay.later(refused);
    return { redisKeys: removed, shared: refused === undefined };
  }

  /** What has been dropped here goes to Redis and to the others. */
  async function tell(by: InvalidatedBy, memoryEntries: number, wanted: Invalidations) {
    counts[by] += 1;
    const landing = dropBuffered(wanted);
    events.emit('cache:invalidated', { by, memoryEntries, remote: false });
    if (landing) await landing;
    const { redisKeys, shared } = redis ? await share(redis, wanted) : { redisKeys: 0, shared: false };
    return { memoryEntries, redisKeys, shared };
  }

  return {
    counts: () => ({ ...counts }),

    async invalidate(space, target) {
      const wanted = invalidationsOf(space, target);
      const memoryEntries = dropKeys(wanted.keys) + dropTags(wanted.tags) + dropPatterns(wanted.patterns);
      return { ...(await tell(target.by, memoryEntries, wanted)), tags: wanted.tags.length };
    },

    clear: async () => ({ ...(await tell('all', dropAll(), EVERYTHING)), tags: 0 }),

    apply({ written, keys, tags, patterns, swept }) {
      const hear = (by: InvalidatedBy, memoryEntries: number) =>
        events.emit('cache:invalidated', { by, memoryEntries, remote: true });
      dropKeys(written);
      dropSwept(swept);
      if (tags.includes(NAMESPACE_TAG)) hear('all', dropAll());
      void dropBuffered({ keys, tags, patterns });
      const ownTags = tags.filter((tag) => tag !== NAMESPACE_TAG);
      if (keys.length > 0) hear('key', dropKeys(keys));
      if (ownTags.length > 0) hear('tag', dropTags(ownTags));
      if (patterns.length > 0) hear('pattern', dropPatterns(patterns));
    },
  };
}

/** @returns keys removed, and what Redis did not take. */
export async function sendInvalidations(
  redis: RedisTier,
  { keys, tags, patterns }: Invalidations,
): Promise<{ removed: number; refused: Partial<Invalidations> | undefined }> {
  const [keyReplies, tagReplies, patternReplies] = await Promise.all([
    Promise.all(keys.map(redis.invalidateKey)),
    Promise.all(tags.map(redis.invalidateTag)),
    Promise.all(patterns.map(redis.invalidatePattern)),
  ]);
  const removed = [...keyReplies, ...patternReplies].reduce<number>(
    (sum, reply) => sum + (isFailure(reply) ? 0 : reply),
    0,
  );
  const refused = {
    keys: keys.filter((_, index) => isFailure(keyReplies[index])),
    tags: tags.filter((_, index) => isFailure(tagReplies[index])),
    patterns: patterns.filter((_, index) => isFailure(patternReplies[index])),
  };
  const isRefused = refused.keys.length + refused.tags.length + refused.patterns.length > 0;
  return { removed, refused: isRefused ? refused : undefined };
}

function invalidationsOf(space: string, target: CheckedTarget): Invalidations {
  return {
    keys: target.by === 'key' ? target.keys.map((key) => [space, key] as const) : [],
    tags: target.by === 'tag' ? target.tags : [],
    patterns: target.by === 'pattern' ? [[space, target.pattern]] : [],
  };
}

function matcherOf([space, glob]: SpacedKey): (id: string) => boolean {
  return (id) => {
    const key = keyIn(space, id);
    return key !== undefined && matchesGlob(glob, key);
  };
}
