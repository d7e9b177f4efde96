import type { RedisPort } from '@breakwater/core/redis';
import { describeCache } from './cache-contract.ts';
import { describeCircles } from './circle-contract.ts';
import { describeContext } from './context-contract.ts';
import { describeExpire } from './expire-contract.ts';
import { describeFailing } from './failing-contract.ts';
import { describeInspection } from './inspection-contract.ts';
import { describeInvalidation } from './invalidation-contract.ts';
import { describeLatency } from './latency-contract.ts';
import { describeLoading } from './loading-contract.ts';
import { describeMany } from './many-contract.ts';
import { describeMemoryPolicies } from './memory-policy-contract.ts';
import { describeModes } from './mode-contract.ts';
import { describePaced } from './paced-contract.ts';
import { describeSource } from './source-contract.ts';
import { describeSpaces } from './space-contract.ts';
import { describeStale } from './stale-contract.ts';
import { describeWrites } from './write-contract.ts';

/** All that a cache does whatever its tiers are, with `connect` giving its Redis, or null for memory alone. */
export function describeAll(name: string, connect: () => RedisPort | null): void {
  describeCache(name, connect);
  describeCircles(name, connect);
  describeContext(name, connect);
  describeExpire(name, connect);
  describeFailing(name, connect);
  describeInspection(name, connect);
  describeInvalidation(name, connect);
  describeLatency(name, connect);
  describeLoading(name, connect);
  describeMany(name, connect);
  describeMemoryPolicies(name, connect);
  describeModes(name, connect);
  describePaced(name, connect);
  describeSource(name, connect);
  describeSpaces(name, connect);
  describeStale(name, connect);
  describeWrites(name, connect);
}
