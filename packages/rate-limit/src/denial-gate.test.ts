import { createManualClock } from '@breakwater/testkit';
import { describe, expect, it } from 'vitest';
import { createDenialGate } from './denial-gate.ts';

const RULE = { limit: 3, windowMs: 60_000 };
const DENIED = { allowed: false, used: 3, freesInMs: 5000 };

describe('the denial gate', () => {
  it('is open for a key it knows nothing of', () => {
    expect(createDenialGate(10, createManualClock()).opensInMs('a')).toBe(0);
  });

  it('stays closed until the slot frees, counted from when the question was sent', () => {
    const clock = createManualClock();
    const gate = createDenialGate(10, clock);
    const askedAtMs = clock.now();
    clock.advance(40);
    gate.note('a', RULE, DENIED, askedAtMs);
    expect(gate.opensInMs('a')).toBe(4960);
    clock.advance(4959);
    expect(gate.opensInMs('a')).toBe(1);
    clock.advance(1);
    expect(gate.opensInMs('a')).toBe(0);
  });

  it('closes behind the request that took the last slot, and not before', () => {
    const clock = createManualClock();
    const gate = createDenialGate(10, clock);
    gate.note('a', RULE, { allowed: true, used: 2, freesInMs: 5000 }, clock.now());
    expect(gate.opensInMs('a')).toBe(0);
    gate.note('a', RULE, { allowed: true, used: 3, freesInMs: 5000 }, clock.now());
    expect(gate.opensInMs('a')).toBe(5000);
  });

  it('closes one key and no other', () => {
    const clock = createManualClock();
    const gate = createDenialGate(10, clock);
    gate.note('anonymous:a', RULE, DENIED, clock.now());
    expect(gate.opensInMs('premium:a')).toBe(0);
  });

  it('remembers no more keys than it may', () => {
    const clock = createManualClock();
    const gate = createDenialGate(2, clock);
    for (const key of ['a', 'b', 'c']) gate.note(key, RULE, DENIED, clock.now());
    expect(gate.keyCount()).toBe(2);
    expect(gate.opensInMs('a')).toBe(0);
    gate.clear();
    expect(gate.keyCount()).toBe(0);
  });
});
