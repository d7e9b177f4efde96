import { createBackgroundWork, systemClock } from '@breakwater/core';
import type { RedisPort } from '@breakwater/core/redis';
import { hasFastProperties } from '@breakwater/testkit';
import { afterAll, expect, it } from 'vitest';
import { OWN_CODECS } from './codecs/own-codecs.ts';
import { createCache } from './create-cache.ts';
import { createFence } from './generations/fence.ts';
import { createGenerationTable } from './generations/generation-table.ts';
import { createOutbox } from './invalidation/outbox.ts';
import { createReplay } from './invalidation/replay.ts';
import { createBoundedMap, createBudget } from './memory/bounded-map.ts';
import { createCoarseClock } from './memory/coarse-clock.ts';
import { createMemoryTier } from './memory/memory-tier.ts';
import { createSieve } from './memory/sieve.ts';
import { createVacancies } from './memory/vacancies.ts';
import { createGatheredReads } from './redis/gathered-reads.ts';
import { createRedisState } from './redis/redis-state.ts';
import { createWriteBuffer } from './writing/write-buffer.ts';

const MOST = { maxEntries: 10, maxBytes: 1000 };
const nothing = () => {};
const codec = { ...OWN_CODECS.json, name: 'files' };
const cache = createCache();
const other = createCache();
afterAll(() => Promise.all([cache.close(), other.close()]));

const makeState = () => createRedisState({ onBegan: nothing, onEnded: nothing });
const makeMemoryTier = () =>
  createMemoryTier({ ...MOST, ttlMs: 1, blindTtlMs: 1, clock: systemClock, ends: createGenerationTable().ends });
const makeReplay = () =>
  createReplay({ outbox: createOutbox(), send: async () => undefined, background: createBackgroundWork(nothing) });
// Nobody is asked.
const makeReads = () => createGatheredReads({} as RedisPort, makeState(), Date.now);

it.each<[string, () => object, () => object]>([
  ['a cache', () => cache, () => other],
  ['a space of a cache', () => cache.space('files', { codec }), () => other.space('files', { codec })],
  alike('the memory tier', makeMemoryTier),
  alike('its map', () => createBoundedMap({ ...MOST, onRemoved: nothing })),
  alike('its order of leaving', createSieve),
  alike('its vacancies', () => createVacancies(10)),
  alike('its clock', () => createCoarseClock(systemClock)),
  alike('a budget', () => createBudget(10)),
  alike('the table of generations', createGenerationTable),
  alike('a fence', createFence),
  alike('the write buffer', () => createWriteBuffer(MOST)),
  alike('the replay of invalidations', makeReplay),
  alike('its outbox', createOutbox),
  alike('the state of Redis', makeState),
  alike('the gathered reads', makeReads),
])('%s, which hits pass, has fast properties', (_what, makeOne, makeAnother) => {
  expect([makeOne(), makeAnother()].map(hasFastProperties)).toEqual([true, true]);
});

function alike(what: string, make: () => object): [string, () => object, () => object] {
  return [what, make, make];
}
