import type { Call, Engine } from '../engine.ts';
import type { LifetimeTerms } from '../entries/freshness.ts';
import type { WriteGenerations } from '../generations/write-generations.ts';
import type { ResolvedLoadPolicy } from '../options/load-options.ts';
import type { SeenFences } from '../redis/redis-tier.ts';
import type { Lease } from './leases.ts';

/** Where every fence stood before the work began. */
export interface Fences {
  readonly startedAtMs: number;
  readonly loadMark: number;
  readonly fillMark: number;
}

export interface WriteTerms extends LifetimeTerms {
  readonly tags: readonly string[];
  readonly jitter: number;
  readonly load: ResolvedLoadPolicy;
}

/** What was known before the work that makes a value. */
export interface Work {
  readonly engine: Engine;
  readonly call: Call;
  readonly terms: WriteTerms;
  readonly fences: Fences;
  /** The generations of the call's tags, then of those that its loader was expected to name. */
  readonly taken: WriteGenerations;
  /** `undefined` where Redis did not say. */
  readonly seen: SeenFences | undefined;
  readonly lease: Lease | undefined;
}
