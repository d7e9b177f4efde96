import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createOutageWatch } from './outage-watch.ts';

describe('an outage', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function watch() {
    const told: unknown[] = [];
    const outage = createOutageWatch({
      onBegan: (reason) => told.push(['began', reason]),
      onEnded: (outageMs) => told.push(['ended', outageMs]),
    });
    return { outage, told };
  }

  it('begins with the first failure and ends with the first answer, and each is told once', () => {
    const { outage, told } = watch();
    outage.answered();
    expect(outage.isAway).toBe(false);
    outage.failed(new Error('gone'));
    vi.advanceTimersByTime(300);
    outage.failed(new Error('still gone'));
    expect(outage.isAway).toBe(true);
    vi.advanceTimersByTime(200);
    outage.answered();
    outage.answered();
    expect(outage.isAway).toBe(false);
    expect(told).toEqual([
      ['began', 'gone'],
      ['ended', 500],
    ]);
  });

  it.each([
    ['its message', new Error('OOM command not allowed'), 'OOM command not allowed'],
    ['its code where it has no message', Object.assign(new Error(), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    ['its name where it has neither', new TypeError(), 'TypeError'],
    ['itself where it is no error', 'lost', 'lost'],
  ])('tells as reason of a failure %s', (_what, error, reason) => {
    const { outage, told } = watch();
    outage.failed(error);
    expect(told).toEqual([['began', reason]]);
  });
});
