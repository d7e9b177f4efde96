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
    expect(await waiting).toEqual({ kind: 'failed' });
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

  it('are over for who has a limit of its own, and go on for the others', async () => {
    const flights = createFlights<string>(1000);
    const flight = flights.lead('key');
    const hasty = flights.follow('key', 10);
    const patient = flights.follow('key', 500);
    vi.advanceTimersByTime(10);
    expect(await hasty).toEqual({ kind: 'failed' });
    expect(flights.isFlying('key')).toBe(true);
    flight.land({ kind: 'each' });
    expect(await patient).toEqual({ kind: 'each' });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('can be waited for before they begin', async () => {
    const flights = createFlights<string>(1000);
    const withdraw = flights.expect('key');
    expect(flights.isExpected('key')).toBe(true);
    const waiting = flights.follow('key');
    const flight = flights.lead('key');
    withdraw();
    expect(flights.isExpected('key')).toBe(false);
    expect(flights.isFlying('key')).toBe(true);
    flight.land({ kind: 'shared', value: 'here' });
    expect(await waiting).toEqual({ kind: 'shared', value: 'here' });
  });

  it('that do not begin as expected have everybody start over', async () => {
    const flights = createFlights<string>(1000);
    const withdraw = flights.expect('key');
    const waiting = flights.follow('key');
    withdraw();
    expect(await waiting).toEqual({ kind: 'again' });
    expect(flights.isFlying('key')).toBe(false);
  });

  it('leave no timer behind', () => {
    const flights = createFlights<string>(1000);
    const flight = flights.lead('key');
    void flights.follow('key');
    flight.land({ kind: 'each' });
    expect(vi.getTimerCount()).toBe(0);
  });
});
