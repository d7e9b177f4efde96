import type { Address } from './address.ts';
import type { Codec } from './cache.ts';
import type { Outcomes } from './outcomes.ts';
import type { PolicyMemory } from './policies.ts';
import type { ResolvedRedisPolicy } from './redis-policy.ts';

/** An entry's name and codec, how its policy stores it, and the policy its call is counted under. */
export interface Call {
  readonly address: Address;
  readonly codec: Codec<unknown>;
  readonly redisPolicy: ResolvedRedisPolicy;
  readonly memoryPolicy: PolicyMemory;
  readonly outcomes: Outcomes;
}
