import { describe, expect, it } from 'vitest';
import { createTripwire, type Trip, type TripSettings } from './tripwire.ts';

const SETTINGS: TripSettings = {
  failures: 5,
  failureRate: 0.5,
  slowCallRate: 0.5,
  slowCallMs: 100,
  windowMs: 10_000,
  minimumCalls: 10,
};

/** What it says, call by call: `.` answered at once, `s` answered slowly, `x` failed. One millisecond each. */
function watch(calls: string, changes: Partial<TripSettings> = {}): (Trip | undefined)[] {
  const tripwire = createTripwire({ ...SETTINGS, ...changes });
  return [...calls].map((call, index) => {
    const at = 1000 + index;
    if (call === 'x') return tripwire.failed(at, at);
    return tripwire.answered(at, call === 's' ? 101 : 1);
  });
}

describe('the tripwire', () => {
  it.each([
    ['xxxx', {}, undefined],
    ['xxxxx', {}, 'failures'],
    ['xxxx.xxxx', {}, undefined],
    ['xxxxsxxxx', {}, undefined],
    ['x', { failures: 1 }, 'failures'],
    ['.x.x.x.x.x', {}, 'failure-rate'],
    ['.x.x.x.x.', {}, undefined],
    ['.xx.x.x...x', {}, undefined],
    ['..........x', { failureRate: 0.1 }, undefined],
    ['.........x', { failureRate: 0.1 }, 'failure-rate'],
    ['.s.s.s.s.s', {}, 'slow-calls'],
    ['.s.s.s.s.', {}, undefined],
    ['ssssssssss', { slowCallMs: Number.POSITIVE_INFINITY }, undefined],
    ['xs.xs.xs.s', {}, undefined],
  ])('says of %s, with %o: %s', (calls, changes, cause) => {
    const said = watch(calls, changes);
    expect(said.at(-1)?.cause).toBe(cause);
    expect(said.slice(0, -1).every((one) => one === undefined)).toBe(true);
  });

  it('says why in words that name the numbers', () => {
    const reasons = ['xxxxx', '.x.x.x.x.x', '.s.s.s.s.s'].map((calls) => watch(calls).at(-1)?.reason);
    expect(reasons).toEqual([
      '5 failures in a row',
      '5 of 10 commands failed',
      '5 of 10 commands took more than 100 ms',
    ]);
  });

  it('counts a failure that others have overtaken with answers towards the share, not towards the row', () => {
    const tripwire = createTripwire(SETTINGS);
    for (let n = 0; n < 5; n += 1) tripwire.answered(2000 + n, 1);
    const said = Array.from({ length: 5 }, () => tripwire.failed(2010, 1999));
    expect(tripwire.consecutiveFailures()).toBe(0);
    expect(said.at(-1)?.cause).toBe('failure-rate');
  });

  it('forgets shares with the window', () => {
    const tripwire = createTripwire({ ...SETTINGS, failures: 100 });
    for (let n = 0; n < 9; n += 1) tripwire.failed(1000 + n, 1000 + n);
    expect(tripwire.failed(20_000, 20_000)).toBeUndefined();
  });

  it('once rearmed counts neither what was before nor what comes late of it', () => {
    const tripwire = createTripwire({ ...SETTINGS, minimumCalls: 1 });
    for (let n = 0; n < 4; n += 1) tripwire.failed(1000, 1000);
    tripwire.rearm(2000);
    expect(tripwire.failed(2500, 1999)).toBeUndefined();
    expect(tripwire.answered(2500, 501)).toBeUndefined();
    expect(tripwire.consecutiveFailures()).toBe(0);
    expect(tripwire.answered(2500, 500)?.cause).toBe('slow-calls');
  });
});
