import type { Bus } from './bus/bus.ts';
import type { Coherence } from './bus/coherence.ts';
import type { Engine } from './engine.ts';
import type { Invalidator } from './invalidation/invalidate.ts';
import type { Policies } from './options/policies.ts';
import { sumOutcomes } from './outcomes.ts';
import type { RedisState } from './redis/redis-state.ts';
import type { CacheStats } from './stats.ts';

const NO_BUS = { connected: false, published: 0, received: 0, instances: 0, replays: 0, lagMs: undefined } as const;

/** What counts. Without Redis there is neither a bus nor anything to be coherent with. */
export interface CountingParts {
  readonly engine: Engine;
  readonly policies: Policies;
  readonly state: RedisState;
  readonly bus: Bus | undefined;
  readonly coherence: Coherence | undefined;
  readonly invalidator: Invalidator;
}

export function collectStats(parts: CountingParts): CacheStats {
  const { engine, policies, state, bus, coherence, invalidator } = parts;
  const byPolicy = policies.outcomes();
  const redisState = state.isUp() ? 'up' : 'down';
  return {
    total: sumOutcomes(Object.values(byPolicy)),
    policies: byPolicy,
    memory: engine.memory.stats(),
    redis: {
      state: engine.redis ? redisState : 'off',
      errors: state.errors(),
      unreadableFrames: engine.unreadableFrames,
    },
    bus: {
      ...(bus?.stats() ?? NO_BUS),
      flushes: coherence?.flushes ?? 0,
    },
    writeBack: engine.writeBack.stats(),
    ...invalidator.stats(),
    latencyMs: { redis: engine.latency.redis.snapshot(), load: engine.latency.load.snapshot() },
  };
}
