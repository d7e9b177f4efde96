import type { Engine } from '../engine.ts';
import type { GenerationTable } from '../generations/generation-table.ts';
import { userTagsIn } from '../generations/user-tags.ts';
import type { ResolvedInvalidation } from '../options/invalidation-options.ts';
import { isFailure } from '../redis/redis-state.ts';
import type { RedisTier } from '../redis/redis-tier.ts';
import type { CacheStats } from '../stats.ts';
import type { Invalidations } from '../targets/target.ts';
import { type ApplyAnnouncement, createApplyAnnouncement } from './apply-announcement.ts';
import { createAudit } from './audit.ts';
import type {
  AuditRecord,
  InvalidatedBy,
  InvalidationEffect,
  InvalidationReason,
  InvalidationReport,
} from './invalidation.ts';
import { createLocalInvalidations } from './local-invalidations.ts';
import { createPacedInvalidations, type PacedInRedis } from './paced.ts';
import { sendInvalidations } from './send-invalidations.ts';

/** One call that ends entries, checked. */
export interface Invalidation {
  readonly by: InvalidatedBy;
  /** The event whose rules named the entries. */
  readonly event?: string;
  readonly effect: InvalidationEffect;
  readonly reason: InvalidationReason;
  readonly wanted: Invalidations;
  /** How long the caller waits; `undefined` until it is done. */
  readonly budgetMs: number | undefined;
  /** `undefined` ends all entries at once. */
  readonly pacing?: Pacing | undefined;
}

/** Ends one entry after the other. */
export interface Pacing {
  /** From one entry to the next. */
  readonly intervalMs: number;
  /** Ends the call before it is done. */
  readonly signal: AbortSignal | undefined;
}

export interface Invalidator {
  /** Here first and at once, then in Redis and everywhere. */
  run(invalidation: Invalidation): Promise<InvalidationReport>;
  /** Ends the entry of one key if Redis still has the `bytes` that were read of it, which it removes for one of all who ask. */
  take(invalidation: Invalidation, bytes: Buffer): Promise<Taken>;
  readonly apply: ApplyAnnouncement;
  audit(): readonly AuditRecord[];
  /** Ends paced calls before they are done. */
  close(): void;
  /** Calls so far. */
  stats(): Pick<CacheStats, 'invalidations' | 'reasons'>;
}

/** `changed`: Redis has something else by now, or nothing. `unknown`: it does not answer, and memory did not hold the entry. */
export type Taken = 'taken' | 'changed' | 'unknown';

/** What an invalidation came to in Redis and elsewhere. */
type Outcome = Pick<InvalidationReport, 'redisKeys' | 'shared' | 'unknownTags'>;

/** What of it is for the audit. */
type Touched = Pick<InvalidationReport, 'memoryEntries' | 'redisKeys' | 'shared'>;

/** What a caller is told where its budget ended first. */
const NOT_KNOWN_YET: Outcome = Object.freeze({ redisKeys: 0, shared: false, unknownTags: [] });

export function createInvalidator(
  engine: Engine,
  table: GenerationTable,
  { dependencies, auditSize }: ResolvedInvalidation,
  walked: PacedInRedis | undefined,
): Invalidator {
  const { redis, events, clock, waitingWrites } = engine;
  const local = createLocalInvalidations(engine, table);
  const audit = createAudit(auditSize);
  const invalidations = { key: 0, tag: 0, pattern: 0, all: 0, subject: 0, event: 0 };
  const reasons = { manual: 0, dataChanged: 0, errorThreshold: 0, pattern: 0 };
  const closing = new AbortController();
  const endPaced = createPacedInvalidations({ engine, local, redis: walked, share });

  async function share(tier: RedisTier, effect: InvalidationEffect, wanted: Invalidations): Promise<Outcome> {
    const { keysTouched, unknownTags, refused, tagsBeside } = await sendInvalidations(tier[effect], wanted);
    if (refused) engine.replay.later(refused);
    const ended = { ...wanted, tags: [...wanted.tags, ...tagsBeside] };
    if (effect === 'expire') local.expireFills(ended);
    else local.dropFills(ended);
    return { redisKeys: keysTouched, shared: refused === undefined, unknownTags };
  }

  function unknownHere(tags: readonly string[]): readonly string[] {
    return userTagsIn(tags).filter((tag) => table.known(tag) === undefined);
  }

  /** Of tags that this process does not know, those that Redis does not know either. */
  async function unknownAnywhere(tags: readonly string[]): Promise<readonly string[]> {
    const unknown = unknownHere(tags);
    const ids = await redis?.readGenerations(unknown);
    return isFailure(ids) ? unknown : unknown.filter((_, index) => ids?.[index] === undefined);
  }

  /** Ends here what is to end, at once, and says what becomes of it elsewhere. */
  function begin({ by, effect, wanted }: Invalidation): { memoryEntries: number; elsewhere: Promise<Outcome> } {
    const unknown = unknownHere(wanted.tags);
    waitingWrites[effect](wanted, clock.now());
    const memoryEntries = local[effect](wanted);
    engine.leases?.releaseVain();
    const landing = local.dropBuffered(effect, wanted);
    events.emit('cache:invalidated', { by, effect, memoryEntries, remote: false });

    async function tellOthers(): Promise<Outcome> {
      if (landing) await landing;
      if (!redis) return { redisKeys: 0, shared: false, unknownTags: unknown };
      const outcome = await share(redis, effect, wanted);
      return { ...outcome, unknownTags: outcome.unknownTags.filter((tag) => unknown.includes(tag)) };
    }

    return { memoryEntries, elsewhere: tellOthers() };
  }

  /** Counts a call. @returns what puts it into the audit, when it is known what it has touched. */
  function createRecord({ by, event, effect, reason, wanted }: Invalidation): (touched: Touched) => void {
    const [atMs, startedAt] = [clock.now(), performance.now()];
    invalidations[by] += 1;
    reasons[reason] += 1;
    return ({ memoryEntries, redisKeys, shared }) => {
      const durationMs = performance.now() - startedAt;
      const done = { memoryEntries, redisKeys, shared, remote: false, durationMs };
      audit.add({ atMs, by, event, effect, reason, ...done }, wanted);
    };
  }

  async function runAtOnce(invalidation: Invalidation, record: (done: Touched) => void): Promise<InvalidationReport> {
    const { wanted, budgetMs } = invalidation;
    const { memoryEntries, elsewhere } = begin(invalidation);
    const finished = elsewhere.then((outcome) => {
      record({ ...outcome, memoryEntries });
      return outcome;
    });
    const outcome = budgetMs === undefined ? await finished : await within(budgetMs, finished);
    if (!outcome) engine.background.run('invalidation', () => finished);
    const isComplete = outcome !== undefined;
    return { memoryEntries, tags: userTagsIn(wanted.tags), ...(outcome ?? NOT_KNOWN_YET), isComplete };
  }

  async function runPaced({ by, effect, wanted }: Invalidation, pacing: Pacing): Promise<InvalidationReport> {
    const unknownTags = await unknownAnywhere(wanted.tags);
    const signal = AbortSignal.any([closing.signal, ...(pacing.signal ? [pacing.signal] : [])]);
    const done = await endPaced({ effect, wanted, intervalMs: pacing.intervalMs, signal });
    events.emit('cache:invalidated', { by, effect, memoryEntries: done.memoryEntries, remote: false });
    return { ...done, tags: userTagsIn(wanted.tags), unknownTags };
  }

  return {
    stats: () => ({ invalidations: { ...invalidations }, reasons: { ...reasons } }),
    audit: audit.list,
    close: () => closing.abort(),
    apply: createApplyAnnouncement(engine, local, audit),

    async run(given) {
      const wanted = { ...given.wanted, tags: dependencies.withDependents(given.wanted.tags) };
      const invalidation = { ...given, wanted };
      const record = createRecord(invalidation);
      const { pacing } = invalidation;
      if (!pacing) return runAtOnce(invalidation, record);
      const report = await runPaced(invalidation, pacing);
      record(report);
      return report;
    },

    async take(invalidation, bytes) {
      const { by, effect, wanted } = invalidation;
      // Not those that wait to be written: they were asked for before it is known what is taken, and come behind it.
      const memoryEntries = local.invalidate(wanted);
      const [key] = wanted.keys;
      const taken = redis && key && (await redis.invalidate.take(key, bytes));
      local.dropFills(wanted);
      if (taken === false) return 'changed';
      const shared = taken === true;
      if (!shared) engine.replay.later(wanted);
      engine.leases?.releaseVain();
      createRecord(invalidation)({ memoryEntries, redisKeys: shared ? 1 : 0, shared });
      events.emit('cache:invalidated', { by, effect, memoryEntries, remote: false });
      return shared || memoryEntries > 0 ? 'taken' : 'unknown';
    },
  };
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
