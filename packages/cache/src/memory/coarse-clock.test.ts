import { systemClock } from '@breakwater/core';
import { createManualClock, eventually } from '@breakwater/testkit';
import { afterEach, expect, it, vi } from 'vitest';
import { createCoarseClock } from './coarse-clock.ts';

afterEach(() => vi.restoreAllMocks());

it('follows the system’s clock, and never goes before it', async () => {
  const clock = createCoarseClock(systemClock);
  const first = clock.now();
  expect(first).toBeLessThanOrEqual(Date.now());
  await eventually(() => expect(clock.now()).toBeGreaterThan(first));
  expect(clock.now()).toBeLessThanOrEqual(Date.now());
});

it('stands still while the event loop does, where it is read often', async () => {
  const clock = createCoarseClock(systemClock);
  for (let reads = 0; reads < 100_000; reads += 1) clock.now();
  const held = clock.now();
  while (Date.now() < held + 3);
  expect(clock.now()).toBe(held);
  await eventually(() => expect(clock.now()).toBeGreaterThan(held));
});

it('sets no timer where it is read seldom', () => {
  const setTimer = vi.spyOn(globalThis, 'setTimeout');
  const clock = createCoarseClock(systemClock);
  for (let reads = 0; reads < 10; reads += 1) clock.now();
  expect(setTimer).not.toHaveBeenCalled();
});

it('reads another clock every time', () => {
  const manual = createManualClock();
  const clock = createCoarseClock(manual);
  const first = clock.now();
  manual.advance(1);
  expect(clock.now()).toBe(first + 1);
});
