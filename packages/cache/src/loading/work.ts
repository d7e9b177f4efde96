import type { Call, Engine } from '../engine.ts';
import type { WriteGenerations } from '../generations/write-generations.ts';
import type { WriteTerms } from '../options/terms.ts';
import type { SeenFences } from '../redis/redis-writes.ts';
import type { Lease } from './leases.ts';

/** Where every fence of this process stood before the work began. */
export interface Fences {
  readonly startedAtMs: number;
  /** The same by the monotonic clock, which nobody sets. */
  readonly begunAt: number;
  readonly loadMark: number;
  readonly fillMark: number;
  /** {@link Engine.losses} at the same time. */
  readonly losses: number;
}

/** What is known before the work that makes a value begins: whether the value may be kept is judged by it. */
export interface Work {
  readonly engine: Engine;
  readonly call: Call;
  readonly terms: WriteTerms;
  readonly fences: Fences;
  /** The generations of the call's tags, then of those that its loader was expected to name: see `tagsToTake`. */
  readonly taken: WriteGenerations;
  /** The fences in Redis; `undefined` where it did not answer, so that the value stays in memory. */
  readonly seen: SeenFences | undefined;
  /** A commit ends it. Where there is no commit, whoever took it releases it. */
  readonly lease?: Lease | undefined;
}
