import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFlights } from './flights.ts';

describe('flights', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('tell everybody who waits what came of the fill, and nobody afterwards', async () => {
    const flights = createFlights<string>(1000);
    expect(flights.isFlying('key')).toBe(false);
    const flight = flights.lead('key');
    const waiting = [flights.follow('key'), flights.follow('key')];
    flight.land({ kind: 'shared', value: 'here' });
    expect(await Promise.all(waiting)).toEqual([
      { kind: 'shared', value: 'here' },
      { kind: 'shared', value: 'here' },
    ]);
    expect(flights.isFlying('key')).toBe(false);
  });

  it('of different keys know nothing of each other', () => {
    const flights = createFlights<string>(1000);
    flights.lead('one');
    expect(flights.isFlying('one')).toBe(true);
    expect(flights.isFlying('other')).toBe(false);
  });

  it('let go who has waited long enough, and a new one can begin', async () => {
    const flights = createFlights<string>(1000);
    const slow = flights.lead('key');
    const waiting = flights.follow('key');
    vi.advanceTimersByTime(1000);
    expect(await waiting).toEqual({ kind: 'each' });
    expect(flights.isFlying('key')).toBe(false);
    const next = flights.lead('key');
    const waitingForNext = flights.follow('key');
    // The slow one ends late: that is nothing to those who wait for the next.
    slow.land({ kind: 'shared', value: 'late' });
    expect(flights.follow('key')).toBe(waitingForNext);
    next.land({ kind: 'shared', value: 'next' });
    expect(await waitingForNext).toEqual({ kind: 'shared', value: 'next' });
  });

  it('leave nobody waiting where nobody fills', async () => {
    expect(await createFlights<string>(1000).follow('key')).toEqual({ kind: 'again' });
  });

  it('leave no timer behind', () => {
    const flights = createFlights<string>(1000);
    const flight = flights.lead('key');
    void flights.follow('key');
    flight.land({ kind: 'each' });
    expect(vi.getTimerCount()).toBe(0);
  });
});
