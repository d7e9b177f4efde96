import { RateLimiterQueue, RateLimiterRes, RateLimiterUnion, RLWrapperBlackAndWhite } from 'rate-limiter-flexible';
import { describe, expect, it } from 'vitest';
import { SlidingWindowLimiter } from './flexible.ts';

describe('the sliding window as a limiter of rate-limiter-flexible', () => {
  it('resolves while there are points and rejects with the result after', async () => {
    const limiter = new SlidingWindowLimiter({ points: 3, duration: 60 });
    expect(await limiter.consume('a')).toMatchObject({
      consumedPoints: 1,
      remainingPoints: 2,
      msBeforeNext: 60_000,
      isFirstInDuration: true,
    });
    expect(await limiter.consume('a', 2)).toMatchObject({ remainingPoints: 0, isFirstInDuration: false });
    const denial = await limiter.consume('a').catch((result: unknown) => result);
    expect(denial).toBeInstanceOf(RateLimiterRes);
    expect(denial).toMatchObject({ consumedPoints: 3, remainingPoints: 0 });
    expect(await limiter.consume('b')).toMatchObject({ remainingPoints: 2 });
  });

  it('looks, fines and forgets', async () => {
    const limiter = new SlidingWindowLimiter({ points: 2, duration: 60 });
    expect(await limiter.get('a')).toBeNull();
    expect(await limiter.penalty('a', 5)).toMatchObject({ consumedPoints: 5, remainingPoints: 0 });
    expect(await limiter.get('a')).toMatchObject({ consumedPoints: 5, remainingPoints: 0 });
    await expect(limiter.consume('a')).rejects.toBeInstanceOf(RateLimiterRes);
    expect(await limiter.delete('a')).toBe(true);
    expect(await limiter.delete('a')).toBe(false);
    expect(await limiter.consume('a')).toMatchObject({ remainingPoints: 1 });
  });

  it.each<[string, (limiter: SlidingWindowLimiter) => Promise<unknown>]>([
    ['ERR_RATE_LIMIT_UNSUPPORTED', (limiter) => limiter.reward()],
    ['ERR_RATE_LIMIT_UNSUPPORTED', (limiter) => limiter.set()],
    ['ERR_RATE_LIMIT_UNSUPPORTED', (limiter) => limiter.block()],
    ['ERR_RATE_LIMIT_UNSUPPORTED', (limiter) => limiter.consume('a', 1, { customDuration: 5 })],
    ['ERR_RATE_LIMIT_NEVER_ADMITTED', (limiter) => limiter.consume('a', 3)],
    ['ERR_RATE_LIMIT_OPTION', (limiter) => limiter.consume('a', -1)],
    ['ERR_RATE_LIMIT_OPTION', (limiter) => limiter.consume('a', 1, { customDuraton: 5 } as object)],
    ['ERR_RATE_LIMIT_OPTION', (limiter) => limiter.consume('a', 1, null as never)],
  ])('rejects with %s what it cannot do: %s', async (code, call) => {
    await expect(call(new SlidingWindowLimiter({ points: 2, duration: 60 }))).rejects.toMatchObject({ code });
  });

  it.each([
    [{ points: 0, duration: 60 }, 'points must be a whole number between 1 and 100000, got 0.'],
    [{ points: 1, duration: 0 }, 'duration must be a number of seconds, at least 0.001, got 0.'],
    [{ points: 1, duration: '1m' }, 'duration must be a number of seconds'],
    [{ points: 1, duration: 1, blockDuration: 5 }, 'options must be an object with only the keys'],
  ])('refuses %j', (options, message) => {
    expect(() => new SlidingWindowLimiter(options as { points: number; duration: number })).toThrow(
      expect.objectContaining({ code: 'ERR_RATE_LIMIT_OPTION', message: expect.stringContaining(message) }),
    );
  });

  it('holds a queue back until a slot frees', async () => {
    const queue = new RateLimiterQueue(new SlidingWindowLimiter({ points: 2, duration: 0.2 }));
    const startedAt = performance.now();
    const finishedAt = await Promise.all(
      [1, 2, 3, 4, 5].map(() => queue.removeTokens(1).then(() => performance.now())),
    );
    // Five in any 200 ms windows of two: the last cannot be through before two windows have passed.
    expect(Math.max(...finishedAt) - startedAt).toBeGreaterThanOrEqual(400);
    expect(finishedAt.toSorted((a, b) => a - b)).toEqual(finishedAt);
  });

  it('stands in a union, where the tighter limiter refuses under its own prefix', async () => {
    const union = new RateLimiterUnion(
      new SlidingWindowLimiter({ points: 1, duration: 1, keyPrefix: 'second' }),
      new SlidingWindowLimiter({ points: 9, duration: 60, keyPrefix: 'minute' }),
    );
    expect(await union.consume('a')).toMatchObject({ second: { remainingPoints: 0 }, minute: { remainingPoints: 8 } });
    const refusal = await union.consume('a').catch((results: unknown) => results);
    expect(refusal).toMatchObject({ second: { consumedPoints: 1 } });
    expect(refusal).not.toHaveProperty('minute');
  });

  it('stands behind an allow list', async () => {
    const limiter = new RLWrapperBlackAndWhite({
      limiter: new SlidingWindowLimiter({ points: 1, duration: 60 }),
      whiteList: ['friend'],
    });
    for (let hit = 0; hit < 3; hit += 1) await limiter.consume('friend');
    await limiter.consume('stranger');
    await expect(limiter.consume('stranger')).rejects.toBeInstanceOf(RateLimiterRes);
  });
});
