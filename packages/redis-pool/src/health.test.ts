import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { assessHealth, createHealth } from './health.ts';

describe('the assessment of health', () => {
  it.each([
    ['starting', { readyLanes: 0, untriedLanes: 4, isCircuitClosed: true }, 'starting'],
    ['starting', { readyLanes: 0, untriedLanes: 1, isCircuitClosed: true }, 'starting'],
    ['starting', { readyLanes: 1, untriedLanes: 3, isCircuitClosed: true }, 'up'],
    ['starting', { readyLanes: 0, untriedLanes: 0, isCircuitClosed: true }, 'down'],
    ['starting', { readyLanes: 0, untriedLanes: 4, isCircuitClosed: false }, 'down'],
    ['up', { readyLanes: 0, untriedLanes: 3, isCircuitClosed: true }, 'down'],
    ['up', { readyLanes: 4, untriedLanes: 0, isCircuitClosed: false }, 'down'],
    ['down', { readyLanes: 1, untriedLanes: 0, isCircuitClosed: false }, 'down'],
    ['down', { readyLanes: 1, untriedLanes: 0, isCircuitClosed: true }, 'up'],
    ['closed', { readyLanes: 4, untriedLanes: 0, isCircuitClosed: true }, 'closed'],
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
    const signs = { readyLanes: 0, untriedLanes: 1, isCircuitClosed: true };
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

  it('calls a first connection no end of an outage', () => {
    const { health, signs, told } = start();
    signs.readyLanes = 1;
    health.review('a lane is ready');
    expect(told).toEqual([['started']]);
  });

  it('tells whoever waits whether it came up in time', async () => {
    const { health, signs } = start();
    const impatient = health.whenUp(100);
    const patient = health.whenUp(1000);
    await vi.advanceTimersByTimeAsync(100);
    await expect(impatient).resolves.toBe(false);
    signs.readyLanes = 1;
    health.review('a lane is ready');
    await expect(patient).resolves.toBe(true);
    await expect(health.whenUp(1)).resolves.toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('tells whoever waits at once when it is closed', async () => {
    const { health } = start();
    const waiting = health.whenUp(1000);
    health.close();
    await expect(waiting).resolves.toBe(false);
    await expect(health.whenUp(1000)).resolves.toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });
});
