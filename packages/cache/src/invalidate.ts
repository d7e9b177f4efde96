import type { Announcement } from './announcement.ts';
import type { Engine } from './engine.ts';
import { type GenerationTable, NAMESPACE_TAG } from './generations.ts';
import type { CheckedTarget } from './input.ts';
import type { InvalidationEffect, InvalidationReport } from './invalidation.ts';
import { createLocalInvalidations } from './local-invalidations.ts';
import type { Invalidations } from './outbox.ts';
import type { RedisTier } from './redis-tier.ts';
import { sendInvalidations } from './send-invalidations.ts';
import type { CacheStats, InvalidatedBy } from './stats.ts';
import { isSubjectTag } from './subject.ts';

export interface Invalidator {
  /** Here first and at once, then in Redis and everywhere. */
  invalidate(space: string, target: CheckedTarget): Promise<InvalidationReport>;
  /** The same, leaving entries that may be served stale where they are. */
  expire(space: string, target: CheckedTarget): Promise<InvalidationReport>;
  /** What another instance has changed. */
  apply(announcement: Announcement): void;
  /** Calls so far. */
  counts(): CacheStats['invalidations'];
}

export function createInvalidator(engine: Engine, table: GenerationTable): Invalidator {
  const { redis, events } = engine;
  const local = createLocalInvalidations(engine, table);
  const counts = { key: 0, tag: 0, pattern: 0, all: 0, subject: 0 };

  async function share(tier: RedisTier, effect: InvalidationEffect, wanted: Invalidations) {
    const { keysTouched, refused } = await sendInvalidations(tier[effect], wanted);
    if (refused) engine.replay.later(refused);
    // Memory alone has what may be served stale, and what was read meanwhile is to be stale too.
    if (refused && effect === 'expire') local.expire(wanted);
    else local.dropFills(wanted);
    return { redisKeys: keysTouched, shared: refused === undefined };
  }

  async function run(effect: InvalidationEffect, space: string, target: CheckedTarget): Promise<InvalidationReport> {
    const { by } = target;
    const wanted = invalidationsOf(space, target);
    const memoryEntries = local[effect](wanted);
    counts[by] += 1;
    const landing = local.dropBuffered(wanted);
    events.emit('cache:invalidated', { by, effect, memoryEntries, remote: false });
    if (landing) await landing;
    const { redisKeys, shared } = redis ? await share(redis, effect, wanted) : { redisKeys: 0, shared: false };
    return { memoryEntries, redisKeys, tags: by === 'tag' ? wanted.tags.length : 0, shared };
  }

  return {
    counts: () => ({ ...counts }),
    invalidate: (space, target) => run('invalidate', space, target),
    expire: (space, target) => run('expire', space, target),

    apply({ written, keys, tags, patterns, swept }) {
      function hear(by: InvalidatedBy, told: Partial<Invalidations>): void {
        const memoryEntries = local.invalidate(told);
        events.emit('cache:invalidated', { by, effect: 'invalidate', memoryEntries, remote: true });
      }
      local.invalidate({ keys: written });
      local.dropFills({ patterns: swept });
      void local.dropBuffered({ keys, tags, patterns });
      const subjects = tags.filter(isSubjectTag);
      const ownTags = tags.filter((tag) => tag !== NAMESPACE_TAG && !isSubjectTag(tag));
      if (tags.includes(NAMESPACE_TAG)) hear('all', { tags: [NAMESPACE_TAG] });
      if (subjects.length > 0) hear('subject', { tags: subjects });
      if (keys.length > 0) hear('key', { keys });
      if (ownTags.length > 0) hear('tag', { tags: ownTags });
      if (patterns.length > 0) hear('pattern', { patterns });
    },
  };
}

function invalidationsOf(space: string, target: CheckedTarget): Invalidations {
  const nothing: Invalidations = { keys: [], tags: [], patterns: [] };
  switch (target.by) {
    case 'key':
      return { ...nothing, keys: target.keys.map((key) => [space, key] as const) };
    case 'tag':
      return { ...nothing, tags: target.tags };
    case 'pattern':
      return { ...nothing, patterns: [[space, target.pattern]] };
    case 'all':
      return { ...nothing, tags: [NAMESPACE_TAG] };
    case 'subject':
      return { ...nothing, tags: [target.tag] };
  }
}
