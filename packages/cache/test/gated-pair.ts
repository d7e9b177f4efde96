import type { Cache, CacheOptions } from '../src/index.ts';
import { type GatedRedis, gateRedis } from './gated-redis.ts';
import type { RedisInUse } from './use-redis.ts';

/** Two caches of one namespace that hear each other. What one of them asks of Redis, or is answered, can be held back. */
export interface GatedPair {
  readonly gate: GatedRedis;
  /** Its commands pass the gate. */
  readonly gated: Cache;
  /** On a plain client of its own. */
  readonly other: Cache;
}

/** A pair of the test's own namespace, with the options of both and what the gated one has besides. */
export async function openGatedPair(
  instances: RedisInUse,
  both: Partial<CacheOptions> = {},
  gatedAlone: Partial<CacheOptions> = {},
): Promise<GatedPair> {
  const gate = gateRedis(instances.client());
  const [gated, other] = await Promise.all([
    instances.open(instances.name, { ...both, ...gatedAlone, redis: gate.client }),
    instances.open(instances.name, both),
  ]);
  return { gate, gated, other };
}
