import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createOutageWatch } from './outage-watch.ts';

describe('an outage', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function watch(ask?: () => Promise<unknown>) {
    const told: unknown[] = [];
    const outage = createOutageWatch({
      onBegan: (reason) => told.push(['began', reason]),
      onEnded: (outageMs) => told.push(['ended', outageMs]),
      ask,
    });
    return { outage, told };
  }

  it('begins with the first failure and ends with the first answer, and each is told once', () => {
    const { outage, told } = watch();
    outage.answered();
    expect(outage.isAway()).toBe(false);
    outage.failed(new Error('gone'));
    vi.advanceTimersByTime(300);
    outage.failed(new Error('still gone'));
    expect(outage.isAway()).toBe(true);
    vi.advanceTimersByTime(200);
    outage.answered();
    outage.answered();
    expect(outage.isAway()).toBe(false);
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

  const refusal = Object.assign(new Error('OOM command not allowed'), { name: 'ReplyError' });

  it('ends without traffic: Redis is asked every second, until it answers', async () => {
    const ask = vi.fn(() => Promise.reject(new Error('gone')));
    const { outage, told } = watch(ask);
    await vi.advanceTimersByTimeAsync(5000);
    expect(ask).not.toHaveBeenCalled();
    outage.failed(new Error('gone'));
    outage.failed(new Error('gone'));
    await vi.advanceTimersByTimeAsync(2500);
    expect(ask).toHaveBeenCalledTimes(2);
    ask.mockImplementation(() => Promise.resolve() as never);
    await vi.advanceTimersByTimeAsync(5000);
    expect(ask).toHaveBeenCalledTimes(3);
    expect(told).toEqual([
      ['began', 'gone'],
      ['ended', 3000],
    ]);
  });

  it('does not end by an answer to that where Redis refuses commands', async () => {
    const ask = vi.fn(() => Promise.resolve());
    const { outage } = watch(ask);
    outage.failed(new Error('gone'));
    outage.failed(refusal);
    await vi.advanceTimersByTimeAsync(5000);
    expect(ask).not.toHaveBeenCalled();
    expect(outage.isAway()).toBe(true);
    outage.failed(new Error('gone'));
    await vi.advanceTimersByTimeAsync(1000);
    expect(outage.isAway()).toBe(false);
  });

  it('is asked about no more after close', async () => {
    const ask = vi.fn(() => Promise.reject(new Error('gone')));
    const { outage } = watch(ask);
    outage.failed(new Error('gone'));
    outage.close();
    outage.failed(new Error('gone'));
    await vi.advanceTimersByTimeAsync(5000);
    expect(ask).not.toHaveBeenCalled();
  });
});
