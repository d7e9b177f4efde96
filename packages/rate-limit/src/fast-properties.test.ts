import { createManualClock, hasFastProperties } from '@breakwater/testkit';
import { expect, it } from 'vitest';
import { createDenialGate } from './denial-gate.ts';
import { createExpiringKeys } from './expiring-keys.ts';
import { createMemoryWindow } from './memory-window.ts';
import { createRateLimiter } from './rate-limiter.ts';

const clock = createManualClock();

it.each<[string, () => object]>([
  ['the limiter', () => createRateLimiter({ clock })],
  ['the denial gate', () => createDenialGate(10, clock)],
  ['the window in memory', () => createMemoryWindow(10, clock)],
  ['what keys it remembers', () => createExpiringKeys<number>(10, clock)],
])('%s, touched for every request, has fast properties', (_what, make) => {
  expect([make(), make()].map(hasFastProperties)).toEqual([true, true]);
});
