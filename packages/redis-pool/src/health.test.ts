import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { assessHealth, createHealth, type VitalSigns } from './health.ts';

describe('the assessment of health', () => {
  it.each([
    ['starting', { readyLanes: 0, untriedLanes: 4, served: 'all' }, 'starting'],
    ['starting', { readyLanes: 0, untriedLanes: 1, served: 'all' }, 'starting'],
    ['starting', { readyLanes: 1, untriedLanes: 3, served: 'all' }, 'up'],
    ['starting', { readyLanes: 0, untriedLanes: 0, served: 'all' }, 'down'],
    ['starting', { readyLanes: 0, untriedLanes: 4, served: 'none' }, 'down'],
    ['up', { readyLanes: 0, untriedLanes: 3, served: 'all' }, 'down'],
    ['up', { readyLanes: 4, untriedLanes: 0, served: 'none' }, 'down'],
    ['down', { readyLanes: 1, untriedLanes: 0, served: 'none' }, 'down'],
    ['down', { readyLanes: 1, untriedLanes: 0, served: 'all' }, 'up'],
    ['up', { readyLanes: 4, untriedLanes: 0, served: 'some' }, 'degraded'],
    ['down', { readyLanes: 1, untriedLanes: 0, served: 'some' }, 'degraded'],
    ['starting', { readyLanes: 1, untriedLanes: 3, served: 'some' }, 'degraded'],
    ['degraded', { readyLanes: 4, untriedLanes: 0, served: 'none' }, 'down'],
    ['degraded', { readyLanes: 0, untriedLanes: 0, served: 'some' }, 'down'],
    ['degraded', { readyLanes: 4, untriedLanes: 0, served: 'all' }, 'up'],
    ['closed', { readyLanes: 4, untriedLanes: 0, served: 'all' }, 'closed'],
  ] as const)('after %s, with %o, is %s', (before, signs, after) => {
    expect(assessHealth(before, signs)).toBe(after);
  });
});

describe('health', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function start() {
    const signs: { -readonly [Sign in keyof VitalSigns]: VitalSigns[Sign] } = {
      readyLanes: 0,
      untriedLanes: 1,
      served: 'all',
    };
    const told: unknown[][] = [];
    const health = createHealth(() => signs, {
      onStarted: () => told.push(['started']),
      onOutageBegan: (reason) => told.push(['began', reason]),
      onOutageEnded: (outageMs) => told.push(['ended', outageMs]),
    });
    return { health, signs, told };
  }

  it('tells an outage once when it begins and once when it ends, with its length', () => {
    const { health, signs, told } = start();
    signs.untriedLanes = 0;
    health.review('ECONNREFUSED');
    vi.advanceTimersByTime(300);
    health.review('ECONNREFUSED again');
    signs.readyLanes = 1;
    health.review('a lane is ready');
    expect(told).toEqual([['started'], ['began', 'ECONNREFUSED'], ['ended', 300]]);
  });

  it('ends an outage when some of Redis is back, and calls it none when the others follow or leave', () => {
    const { health, signs, told } = start();
    signs.readyLanes = 1;
    signs.served = 'none';
    health.review('the circuits opened');
    vi.advanceTimersByTime(300);
    for (const served of ['some', 'all', 'some'] as const) {
      signs.served = served;
      health.review('a circuit changed');
    }
    expect(told).toEqual([['started'], ['began', 'the circuits opened'], ['ended', 300]]);
  });

  it('calls a first connection no end of an outage', () => {
    const { health, signs, told } = start();
    signs.readyLanes = 1;
    health.review('a lane is ready');
    expect(told).toEqual([['started']]);
  });

  it('tells whoever waits whether it came up in time', async () => {
    const { health, signs } = start();
    const impatient = health.whenServing(100);
    const patient = health.whenServing(1000);
    await vi.advanceTimersByTimeAsync(100);
    await expect(impatient).resolves.toBe(false);
    signs.readyLanes = 1;
    health.review('a lane is ready');
    await expect(patient).resolves.toBe(true);
    await expect(health.whenServing(1)).resolves.toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('tells whoever waits at once when it is closed', async () => {
    const { health } = start();
    const waiting = health.whenServing(1000);
    health.close();
    await expect(waiting).resolves.toBe(false);
    await expect(health.whenServing(1000)).resolves.toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });
});
