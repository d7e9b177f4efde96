import { systemClock } from '@breakwater/core';
import { createManualClock, eventually } from '@breakwater/testkit';
import { expect, it } from 'vitest';
import { createCoarseClock } from './coarse-clock.ts';

it('follows the system’s clock, and never goes before it', async () => {
  const clock = createCoarseClock(systemClock);
  const first = clock.now();
  expect(first).toBeLessThanOrEqual(Date.now());
  await eventually(() => expect(clock.now()).toBeGreaterThan(first));
  expect(clock.now()).toBeLessThanOrEqual(Date.now());
});

it('reads another clock every time', () => {
  const manual = createManualClock();
  const clock = createCoarseClock(manual);
  const first = clock.now();
  manual.advance(1);
  expect(clock.now()).toBe(first + 1);
});
