import { systemClock } from '@breakwater/core';
import { createManualClock } from '@breakwater/testkit';
import { describe, expect, it } from 'vitest';
import { lifetimeAt } from '../entries/freshness.ts';
import type { Held } from '../entries/held.ts';
import { end, type Generation } from '../generations/generations.ts';
import { createMemoryTier } from './memory-tier.ts';

function setUp(options: { maxBytes?: number; maxEntries?: number } = {}) {
  const clock = createManualClock();
  const ends = { count: 0 };
  const memory = createMemoryTier({
    maxBytes: 10_000,
    maxEntries: 10,
    ttlMs: 1000,
    blindTtlMs: 100,
    clock,
    ends,
    ...options,
  });
  const generation: Generation = {
    tag: '',
    id: 'g',
    shared: false,
    isCurrent: true,
    expiredAtMs: 0,
    remains: undefined,
    tally: { entries: 0 },
    livesUntilMs: 0,
    confirmedAtMs: 0,
    dataKey: undefined,
  };
  const hold = (ttlMs: number, bytes = 10): Held => ({
    entry: { value: 1, ...lifetimeAt({ ttlMs, staleWhileRevalidateMs: 0, staleIfErrorMs: 0 }, clock.now()), tags: [] },
    goesStale: false,
    space: '',
    generations: [generation],
    currentAt: -1,
    bytes,
    heldAtMs: clock.now(),
    policy: 'default',
    budget: undefined,
  });
  return { clock, ends, memory, generation, hold };
}

describe('the memory tier', () => {
  it('keeps an entry for the shorter of its own lifetime and the tier’s', () => {
    const { clock, memory, hold } = setUp();
    memory.store('short', hold(500));
    memory.store('long', hold(5000));
    clock.advance(499);
    expect(memory.find('short', '')).toBeDefined();
    clock.advance(1);
    expect(memory.find('short', '')).toBeUndefined();
    clock.advance(499);
    expect(memory.find('long', '')).toBeDefined();
    clock.advance(1);
    expect(memory.find('long', '')).toBeUndefined();
  });

  it('serves an entry only for blindTtl while it is blind, and no longer once it was found too old', () => {
    const { clock, memory, hold } = setUp();
    memory.store('a', hold(5000));
    memory.store('b', hold(5000));
    memory.setBlind(true);
    clock.advance(99);
    expect(memory.find('a', '')).toBeDefined();
    clock.advance(1);
    expect(memory.find('a', '')).toBeUndefined();
    memory.setBlind(false);
    expect(memory.find('a', '')).toBeUndefined();
    expect(memory.find('b', '')).toBeDefined();
  });

  it('serves nothing while it is blind that it holds since a time that is still to come: the clock was set back', () => {
    const { clock, memory, hold } = setUp();
    memory.store('a', hold(5000));
    clock.advance(-1);
    expect(memory.find('a', '')).toBeDefined();
    memory.setBlind(true);
    expect(memory.find('a', '')).toBeUndefined();
  });

  it('drops what stands on a generation that is no longer current', () => {
    const { memory, generation, ends, hold } = setUp();
    memory.store('a', hold(5000));
    end(generation, ends);
    expect(memory.find('a', '')).toBeUndefined();
    expect(memory.stats().entries).toBe(0);
  });

  it('counts the entries that stand on a generation, whichever way they leave', () => {
    const { clock, memory, generation, hold } = setUp({ maxEntries: 3 });
    for (const id of ['a', 'b', 'c', 'd']) memory.store(id, hold(5000));
    expect(generation.tally.entries).toBe(3);
    expect(memory.stats().evictions).toBe(1);
    memory.store('d', hold(5000));
    memory.drop('c');
    expect(generation.tally.entries).toBe(2);
    memory.store('too large', hold(5000, 20_000));
    expect(generation.tally.entries).toBe(2);
    clock.advance(1000);
    memory.find('b', '');
    expect(generation.tally.entries).toBe(1);
    memory.clear();
    expect(generation.tally.entries).toBe(0);
  });

  it('holds no more bytes than it may', () => {
    const { memory, hold } = setUp();
    for (let index = 0; index < 9; index += 1) memory.store(`${index}`, hold(5000, 2000));
    expect(memory.stats()).toMatchObject({ entries: 4, evictions: 5, maxBytes: 10_000 });
    expect(memory.stats().bytes).toBeLessThanOrEqual(10_000);
  });

  it('holds nothing as fresh that was expired, though its clock stands still while the event loop does', () => {
    const { hold, generation, ends } = setUp();
    const memory = createMemoryTier({
      maxBytes: 10_000,
      maxEntries: 10,
      ttlMs: 60_000,
      blindTtlMs: 100,
      clock: systemClock,
      ends,
    });
    const held = (freshUntilMs: number): Held => ({
      ...hold(1),
      entry: { ...hold(1).entry, freshUntilMs, staleUntilMs: freshUntilMs, expiresAtMs: freshUntilMs + 60_000 },
      goesStale: true,
      generations: [generation],
      heldAtMs: Date.now(),
    });
    memory.store('here', held(Date.now() + 60_000));
    expect(memory.find('here', '')).toBeDefined();
    const readAtMs = Date.now();
    while (Date.now() < readAtMs + 3);
    memory.expire('here', Date.now());
    memory.store('from redis', held(Date.now() - 1));
    for (const id of ['here', 'from redis']) {
      const found = memory.find(id, '');
      expect(found && memory.isFresh(found)).toBe(false);
    }
  });
});
