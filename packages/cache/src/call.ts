import type { Codec } from './codecs/codec.ts';
import type { Address } from './entries/address.ts';
import type { PolicyMemory } from './options/policies.ts';
import type { ResolvedRedisPolicy } from './options/redis-policy.ts';
import type { Outcomes } from './outcomes.ts';

/** An entry's name and codec, how its policy stores it, and the policy its call is counted under. */
export interface Call {
  readonly address: Address;
  readonly codec: Codec<unknown>;
  readonly redisPolicy: ResolvedRedisPolicy;
  readonly memoryPolicy: PolicyMemory;
  readonly outcomes: Outcomes;
}
