import type { Announcement } from '../bus/announcement.ts';
import { isSubjectTag } from '../encryption/subject.ts';
import type { Engine } from '../engine.ts';
import { idOf } from '../entries/address.ts';
import { type GenerationTable, NAMESPACE_TAG } from '../generations/generations.ts';
import type { ResolvedInvalidation } from '../options/invalidation-options.ts';
import { isFailure } from '../redis/redis-state.ts';
import type { RedisTier } from '../redis/redis-tier.ts';
import type { CacheStats } from '../stats.ts';
import { createAudit } from './audit.ts';
import type {
  AuditRecord,
  InvalidatedBy,
  InvalidationEffect,
  InvalidationReason,
  InvalidationReport,
} from './invalidation.ts';
import { createLocalInvalidations } from './local-invalidations.ts';
import type { Invalidations } from './outbox.ts';
import { createPacedInvalidations, type PacedInRedis } from './paced.ts';
import { sendInvalidations } from './send-invalidations.ts';

/** One invalidation as it was asked for. */
export interface Invalidation {
  readonly by: InvalidatedBy;
  readonly event?: string;
  readonly effect: InvalidationEffect;
  readonly reason: InvalidationReason;
  readonly wanted: Invalidations;
  /** How long the caller waits; `undefined` until it is done. */
  readonly budgetMs: number | undefined;
  /** One entry after the other; `undefined` for all at once. */
  readonly turns?: { readonly intervalMs: number; readonly signal: AbortSignal | undefined } | undefined;
}

export interface Invalidator {
  /** Here first and at once, then in Redis and everywhere. */
  run(invalidation: Invalidation): Promise<InvalidationReport>;
  /** What another instance has changed. */
  apply(announcement: Announcement): void;
  audit(): readonly AuditRecord[];
  /** Ends what goes by turns before it is done. */
  close(): void;
  /** Calls so far. */
  stats(): Pick<CacheStats, 'invalidations' | 'reasons'>;
}

type Turns = NonNullable<Invalidation['turns']>;
type Outcome = Pick<InvalidationReport, 'redisKeys' | 'shared' | 'unknownTags'>;

export function createInvalidator(
  engine: Engine,
  table: GenerationTable,
  { dependencies, auditSize }: ResolvedInvalidation,
  walked: PacedInRedis | undefined,
): Invalidator {
  const { redis, events, clock } = engine;
  const local = createLocalInvalidations(engine, table);
  const audit = createAudit(auditSize);
  const invalidations = { key: 0, tag: 0, pattern: 0, all: 0, subject: 0, event: 0 };
  const reasons = { manual: 0, dataChanged: 0, errorThreshold: 0, pattern: 0 };
  const closing = new AbortController();
  const endInTurn = createPacedInvalidations({ engine, local, redis: walked, share });

  async function share(tier: RedisTier, effect: InvalidationEffect, wanted: Invalidations): Promise<Outcome> {
    const { keysTouched, unknownTags, refused } = await sendInvalidations(tier[effect], wanted);
    if (refused) engine.replay.later(refused);
    if (effect === 'expire') local.expireFills(wanted);
    else local.dropFills(wanted);
    return { redisKeys: keysTouched, shared: refused === undefined, unknownTags };
  }

  /** Ends here what is to end, at once, and says what becomes of it elsewhere. */
  function begin({ by, effect, wanted }: Invalidation): { memoryEntries: number; elsewhere: Promise<Outcome> } {
    const unknownHere = ownTags(wanted.tags).filter((tag) => table.known(tag) === undefined);
    const memoryEntries = local[effect](wanted);
    engine.leases?.releaseVain();
    const landing = local.dropBuffered(wanted);
    events.emit('cache:invalidated', { by, effect, memoryEntries, remote: false });

    async function tellOthers(): Promise<Outcome> {
      if (landing) await landing;
      if (!redis) return { redisKeys: 0, shared: false, unknownTags: unknownHere };
      const outcome = await share(redis, effect, wanted);
      return { ...outcome, unknownTags: outcome.unknownTags.filter((tag) => unknownHere.includes(tag)) };
    }

    return { memoryEntries, elsewhere: tellOthers() };
  }

  /** Of tags that this process does not know, those that Redis does not know either. */
  async function unknownOf(tags: readonly string[]): Promise<readonly string[]> {
    const unknownHere = ownTags(tags).filter((tag) => table.known(tag) === undefined);
    const ids = await redis?.readGenerations(unknownHere);
    return isFailure(ids) ? unknownHere : unknownHere.filter((_, index) => ids?.[index] === undefined);
  }

  async function runInTurn({ by, effect, reason, wanted }: Invalidation, turns: Turns): Promise<InvalidationReport> {
    const [atMs, startedAt] = [clock.now(), performance.now()];
    const unknownTags = await unknownOf(wanted.tags);
    const signal = AbortSignal.any([closing.signal, ...(turns.signal ? [turns.signal] : [])]);
    const touched = await endInTurn({ effect, wanted, intervalMs: turns.intervalMs, signal });
    const { memoryEntries, redisKeys, shared } = touched;
    events.emit('cache:invalidated', { by, effect, memoryEntries, remote: false });
    const durationMs = performance.now() - startedAt;
    const told = { atMs, by, event: undefined, effect, reason, memoryEntries, redisKeys, shared };
    remember({ ...told, remote: false, durationMs }, wanted);
    return { ...touched, tags: ownTags(wanted.tags), unknownTags };
  }

  function remember(record: Omit<AuditRecord, 'keys' | 'tags' | 'patterns'>, told: Partial<Invalidations>): void {
    const { keys = [], tags = [], patterns = [] } = told;
    audit.add({
      ...record,
      keys: keys.length,
      tags: ownTags(tags).slice(0, 20),
      patterns: patterns.slice(0, 20).map(([, pattern]) => pattern),
    });
  }

  return {
    stats: () => ({ invalidations: { ...invalidations }, reasons: { ...reasons } }),
    audit: audit.list,
    close: () => closing.abort(),

    async run(given) {
      const { by, event, effect, reason, budgetMs } = given;
      const [atMs, startedAt] = [clock.now(), performance.now()];
      const wanted = { ...given.wanted, tags: dependencies.withDependents(given.wanted.tags) };
      invalidations[by] += 1;
      reasons[reason] += 1;
      if (given.turns) return runInTurn({ ...given, wanted }, given.turns);
      const { memoryEntries, elsewhere } = begin({ ...given, wanted });
      const finished = elsewhere.then((outcome) => {
        const { redisKeys, shared } = outcome;
        const durationMs = performance.now() - startedAt;
        remember(
          { atMs, by, event, effect, reason, memoryEntries, redisKeys, shared, remote: false, durationMs },
          wanted,
        );
        return outcome;
      });
      const outcome = budgetMs === undefined ? await finished : await within(budgetMs, finished);
      if (!outcome) engine.background.run('invalidation', () => finished);
      const { redisKeys, shared, unknownTags } = outcome ?? { redisKeys: 0, shared: false, unknownTags: [] };
      const tags = ownTags(wanted.tags);
      return { memoryEntries, redisKeys, tags, unknownTags, shared, isComplete: outcome !== undefined };
    },

    apply({ written, keys, tags, patterns, swept }) {
      function hear(by: InvalidatedBy, told: Partial<Invalidations>): void {
        const memoryEntries = local.invalidate(told);
        const heard = { by, effect: 'invalidate', memoryEntries, remote: true } as const;
        events.emit('cache:invalidated', heard);
        const unsaid = { event: undefined, reason: undefined, redisKeys: 0, shared: true, durationMs: 0 };
        remember({ atMs: clock.now(), ...heard, ...unsaid }, told);
      }
      local.invalidate({ keys: written });
      local.dropFills({ patterns: swept });
      void local.dropBuffered({ keys, tags, patterns });
      const subjects = tags.filter(isSubjectTag);
      const users = ownTags(tags);
      if (tags.includes(NAMESPACE_TAG)) hear('all', { tags: [NAMESPACE_TAG] });
      if (subjects.length > 0) hear('subject', { tags: subjects });
      if (keys.length > 0) hear('key', { keys });
      if (users.length > 0) hear('tag', { tags: users });
      if (patterns.length > 0) hear('pattern', { patterns });
      engine.leases?.releaseVain();
      // There may be a value now.
      for (const [space, key] of written) engine.leases?.wake(idOf(space, key));
    },
  };
}

/** Without the cache's own: that of everything, and those of subjects, which name users. */
function ownTags(tags: readonly string[]): readonly string[] {
  return tags.filter((tag) => tag !== NAMESPACE_TAG && !isSubjectTag(tag));
}

/** What `work` comes to, or `undefined` where it takes longer. */
async function within<Result>(budgetMs: number, work: Promise<Result>): Promise<Result | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const spent = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), budgetMs);
  });
  try {
    return await Promise.race([work, spent]);
  } finally {
    clearTimeout(timer);
  }
}
