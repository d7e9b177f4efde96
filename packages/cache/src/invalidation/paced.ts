import type { SpacedKey } from '../bus/announcement.ts';
import type { Engine } from '../engine.ts';
import { keyIn } from '../entries/address.ts';
import type { AliveEntry } from '../memory/memory-tier.ts';
import type { CacheKeys } from '../redis/redis-keys.ts';
import { type Failure, isFailure, type RedisState, UNANSWERED } from '../redis/redis-state.ts';
import type { RedisTier } from '../redis/redis-tier.ts';
import type { WalkRedis } from '../redis/walk-redis.ts';
import { namedInMemory } from '../targets/named-in-memory.ts';
import type { Invalidations } from '../targets/target.ts';
import type { InvalidationEffect, InvalidationReport } from './invalidation.ts';
import type { LocalInvalidations } from './local-invalidations.ts';
import { createPacer, type Pacer } from './pace.ts';

/** A paced invalidation: entries end one after another, so that they are not all loaded again at once. */
export interface Paced {
  readonly effect: InvalidationEffect;
  readonly wanted: Invalidations;
  readonly intervalMs: number;
  readonly signal: AbortSignal;
}

type PacedReport = Omit<InvalidationReport, 'tags' | 'unknownTags'>;

/** What a paced invalidation takes to walk Redis. */
export interface PacedInRedis {
  readonly tier: RedisTier;
  readonly keys: CacheKeys;
  readonly state: RedisState;
  readonly walk: WalkRedis;
  /** The names of the parts that are open. */
  readonly spaces: () => readonly string[];
}

export interface PacedOptions {
  readonly engine: Engine;
  readonly local: LocalInvalidations;
  readonly redis: PacedInRedis | undefined;
  /** Ends in Redis and everywhere what is ended here. */
  share(
    tier: RedisTier,
    effect: InvalidationEffect,
    wanted: Invalidations,
  ): Promise<{ redisKeys: number; shared: boolean }>;
}

type Ended = 'done' | 'stopped';

/**
 * Loads that began before the call are not kept. Entries end one after the other, and are served until then; one that
 * is stored during the walk may be ended by it as well.
 */
export function createPacedInvalidations({ engine, local, redis, share }: PacedOptions) {
  const { memory, replay } = engine;

  async function* batchesIn({ keys, walk, spaces }: PacedInRedis, wanted: Invalidations, { batch }: Pacer) {
    const pages = walk(wanted, spaces());
    for (;;) {
      const { done, value } = await pages.next();
      if (done) return value;
      yield* batchesOf(
        value.flatMap(({ entry }) => keyAsList(keys.spacedKeyOf(entry))),
        batch,
      );
    }
  }

  return async function endPaced({ effect, wanted, intervalMs, signal }: Paced): Promise<PacedReport> {
    const pacer = createPacer(intervalMs, signal);
    const touched = { memoryEntries: 0, redisKeys: 0 };

    /** @returns whether Redis took it. */
    async function end(tier: RedisTier, keys: readonly SpacedKey[]): Promise<boolean> {
      const ended = { keys, tags: [], patterns: [] };
      touched.memoryEntries += local[effect](ended);
      const { redisKeys, shared } = await share(tier, effect, ended);
      touched.redisKeys += redisKeys;
      return shared;
    }

    async function inRedis(part: PacedInRedis): Promise<Ended | Failure> {
      const batches = batchesIn(part, wanted, pacer);
      for (;;) {
        const { done, value } = await batches.next();
        if (done) return value;
        if (!(await pacer.take(value.length))) return 'stopped';
        if (!(await end(part.tier, value))) return UNANSWERED;
      }
    }

    /** What is in this memory alone (the walk over Redis has not met it). */
    async function inMemory(held: readonly AliveEntry[]): Promise<Ended> {
      const isLeft = ({ id, held: { space, entry } }: AliveEntry) =>
        memory.look(id, space)?.entry.storedAtMs === entry.storedAtMs;
      for (const batch of batchesOf(held.filter(isLeft), pacer.batch)) {
        if (!(await pacer.take(batch.length))) return 'stopped';
        const keys = batch.filter(isLeft).map(({ id, held: { space } }) => [space, keyIn(space, id) ?? id] as const);
        touched.memoryEntries += local[effect]({ keys });
      }
      return 'done';
    }

    async function begin(part: PacedInRedis): Promise<Ended | Failure> {
      const fenced = await part.tier.fence(wanted);
      // That it ends is no answer of Redis: it may be stopped, or give up, long after the last one.
      return isFailure(fenced) ? fenced : inRedis(part).catch(part.state.failed);
    }

    const held = [...namedInMemory(memory, wanted)];
    local.fence(wanted);
    engine.waitingWrites[effect](wanted, engine.clock.now());
    engine.leases?.releaseVain();
    await local.dropBuffered(effect, wanted);
    const walked = redis ? await begin(redis) : 'done';
    const isRefused = isFailure(walked);
    // What is left is ended all at once when Redis is back, rather than not at all.
    if (isRefused) replay.later(wanted);
    const isDone = walked !== 'stopped' && (await inMemory(held)) === 'done';
    return { ...touched, shared: redis !== undefined && !isRefused, isComplete: isDone && !isRefused };
  };
}

function keyAsList(key: SpacedKey | undefined): readonly SpacedKey[] {
  return key ? [key] : [];
}

function* batchesOf<One>(all: readonly One[], size: number): Generator<readonly One[]> {
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
}
