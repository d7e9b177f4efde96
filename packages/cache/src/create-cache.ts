import { randomBytes } from 'node:crypto';
import { createBackgroundWork, createEmitter, createHistogram } from '@breakwater/core';
import { boundRedis } from '@breakwater/core/redis';
import { createAgreement } from './bus/agreement.ts';
import { createAnnouncer } from './bus/announcer.ts';
import { createCoherence } from './bus/coherence.ts';
import { openBus } from './bus/open-bus.ts';
import { createOwnWrites } from './bus/own-writes.ts';
import type { Cache } from './cache.ts';
import type { CacheEvents } from './cache-events.ts';
import { collectStats } from './collect-stats.ts';
import { createEncryption } from './encryption/encryption.ts';
import { createSubjectKeys } from './encryption/subject-keys.ts';
import type { Engine } from './engine.ts';
import { countUnreadable } from './entries/frame-to-value.ts';
import { createExpectedTags } from './generations/expected-tags.ts';
import { createFence } from './generations/fence.ts';
import { createGenerationTable } from './generations/generation-table.ts';
import { isSubjectTag } from './generations/subject-tag.ts';
import { createTagGenerations } from './generations/tag-generations.ts';
import { createInspection } from './inspection/create-inspection.ts';
import { createRedisInspection } from './inspection/inspect-redis.ts';
import { createRules } from './invalidation/create-rules.ts';
import { createInvalidator } from './invalidation/invalidate.ts';
import { createOutbox } from './invalidation/outbox.ts';
import { createReplay } from './invalidation/replay.ts';
import { sendInvalidations } from './invalidation/send-invalidations.ts';
import { createLeases } from './loading/leases.ts';
import { createLoadFailures } from './loading/load-failures.ts';
import { createLoadOnce } from './loading/load-once.ts';
import { createMemoryTier } from './memory/memory-tier.ts';
import { type CacheOptions, checkMode, resolveOptions } from './options/options.ts';
import { createPolicies } from './options/policies.ts';
import { createPart } from './parts/part.ts';
import { createSpaces } from './parts/spaces.ts';
import { createCacheKeys } from './redis/redis-keys.ts';
import { createRedisState, isFailure } from './redis/redis-state.ts';
import { createRedisTier } from './redis/redis-tier.ts';
import { createRedisWalk } from './redis/walk-redis.ts';
import { sendWrites } from './writing/flush-writes.ts';
import { createKeyedQueue } from './writing/keyed-queue.ts';
import { createWaitingWrites } from './writing/waiting-writes.ts';
import { createWriteBack } from './writing/write-back.ts';
import { createWriteBuffer } from './writing/write-buffer.ts';

/**
 * Makes a cache: memory in front of Redis, or memory alone.
 *
 * What it stores it freezes, deeply: everybody gets the same object, so nobody may write to it.
 *
 * @throws OptionError `ERR_CACHE_OPTION`, CacheInputError `ERR_CACHE_TAG` for a policy's tags.
 */
export function createCache<PolicyName extends string = never>(
  given: CacheOptions<PolicyName> = {},
): Cache<PolicyName | 'default'> {
  const options = resolveOptions(given);
  const { clock, tombstoneTtlMs, maxEntryBytes } = options;
  const events = createEmitter<CacheEvents>();
  const latency = { redis: createHistogram(), load: createHistogram() };
  const background = createBackgroundWork((reason, error) => process.emitWarning(`${reason} failed: ${error}`));

  const instance = randomBytes(9).toString('base64url');
  let ids = 0;
  const writer = `${instance}.`;
  const newId = () => `${writer}${(ids++).toString(36)}`;

  const table = createGenerationTable();
  const memory = createMemoryTier({ ...options.memory, clock, ends: table.ends });
  const announcer = createAnnouncer(instance);
  const keys = createCacheKeys(options.namespace);
  const ownWrites = options.coherence === 'tracking' ? createOwnWrites() : undefined;
  const subjectKeys = options.encryption && createSubjectKeys(options.encryption, keys.tag);
  const client = options.redis && boundRedis(options.redis, options.deadlineMs);

  const state = createRedisState({
    onBegan(reason) {
      coherence?.setRedisUp(false);
      events.emit('outage:began', { reason });
    },
    onEnded(outageMs) {
      coherence?.setRedisUp(true);
      replay.wake();
      writeBack.wake();
      events.emit('outage:ended', { outageMs });
    },
    ask: client ? () => client.ping() : undefined,
  });
  const redis = client
    ? createRedisTier({
        redis: client,
        keys,
        state,
        tombstoneTtlMs,
        newId,
        newGeneration: (tag) => (subjectKeys && isSubjectTag(tag) ? subjectKeys.create(tag) : newId()),
        writer,
        now: () => clock.now(),
        messageOf: announcer.messageOf,
        ownWrites,
      })
    : undefined;
  const replay = createReplay({
    outbox: createOutbox(),
    background,
    async send(invalidations) {
      if (!client || !redis) return undefined;
      // While Redis is away one question shows that, in place of all that is due.
      if (!redis.isUp() && isFailure(await state.watch(client.ping()))) return invalidations;
      const { refused, tagsBeside } = await sendInvalidations(redis.replay, invalidations);
      // Until Redis had taken it, it may have named the generation that is gone now.
      for (const tag of [...invalidations.tags, ...tagsBeside]) if (!refused?.tags?.includes(tag)) table.forget(tag);
      return refused;
    },
  });
  const writeBack = createWriteBack({
    options: options.writeBack,
    buffer: createWriteBuffer(options.writeBack),
    send: (batch) => sendWrites(engine, batch),
    background,
    onDropped: (entries) => events.emit('writes:dropped', { entries }),
  });
  const loads = createFence();
  const engine: Engine = {
    clock,
    memory,
    redis,
    generations: createTagGenerations({
      table,
      redis,
      newId,
      clock,
      subjectKeys,
      background,
      onUnreadableKey: () => countUnreadable(engine, 'key'),
    }),
    loads,
    fills: createFence(),
    failures: createLoadFailures({ clock, loads }),
    expectedTags: createExpectedTags(),
    leases: redis && createLeases({ redis: redis.leases, newToken: newId, background }),
    mode: options.mode,
    losses: 0,
    replay,
    writeBack,
    waitingWrites: createWaitingWrites(),
    sourceQueue: createKeyedQueue(),
    background,
    events,
    latency,
    encryption: options.encryption && createEncryption(options.encryption),
    placeOf: keys.entry,
    maxEntryBytes,
    tombstoneTtlMs,
    unreadableFrames: 0,
  };
  const walk = client && redis && createRedisWalk({ redis: client, tier: redis, keys });
  const coherence = client ? createCoherence(engine, table) : undefined;
  const openSpaces = () => spaces.names();
  const walked = redis && walk ? { tier: redis, keys, state, walk, spaces: openSpaces } : undefined;
  const invalidator = createInvalidator(engine, table, options.invalidation, walked);
  const bus =
    options.redis && client && coherence
      ? openBus({ options, given: options.redis, client, keys, announcer, engine, invalidator, coherence, ownWrites })
      : undefined;

  const policies = createPolicies(options.policies);
  const paths = { policies, loadOnce: createLoadOnce(engine), invalidator };
  const inspected = {
    redis: client && walk ? createRedisInspection({ redis: client, walk, keys, state }) : undefined,
    dependencies: options.invalidation.dependencies,
    spaces: openSpaces,
  };
  const spaces = createSpaces(engine, paths, inspected);

  /**
   * In this order: what is owed to Redis and to sources; work in the background; the leases of loads that callers
   * still wait for, whose release is such work again; the bus.
   */
  async function shutDown(): Promise<void> {
    invalidator.close();
    await replay.settle();
    await writeBack.close();
    replay.close();
    await background.drain();
    engine.leases?.releaseAll();
    await background.drain();
    state.close();
    await bus?.close();
  }

  async function drain(): Promise<{ readonly buffered: number }> {
    const buffered = await writeBack.drain();
    await background.drain();
    return { buffered };
  }

  let closing: Promise<void> | undefined;
  const calls: Omit<Cache, 'mode'> = {
    ...createPart(engine, paths, { space: '', codec: undefined, finds: 'fresh', policy: 'default' }),
    ...createInspection(engine, { ...inspected, known: table.known }),
    rules: () => createRules(invalidator),
    audit: invalidator.audit,
    space: spaces.open,
    stats: () => collectStats({ engine, policies, state, bus, coherence, invalidator }),
    on: events.on,
    setMode(mode) {
      engine.mode = checkMode(mode);
    },
    ...createAgreement({ announcer, bus, settle: replay.settle }),
    drain,
    close: () => {
      closing ??= shutDown();
      return closing;
    },
  };
  // As a prototype: what has an accessor of its own is slow in V8, with all its methods (docs/decisions/0054).
  const reading: Pick<Cache, 'mode'> = {
    get mode() {
      return engine.mode;
    },
  };
  return Object.setPrototypeOf(calls, reading);
}
