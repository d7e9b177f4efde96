import { createManualClock } from '@breakwater/testkit';
import { describe, expect, it } from 'vitest';
import { type TestRequest, viewOf } from '../test/request-view.ts';
import type { RateLimitEvents } from './events.ts';
import type { RateLimiterOptions } from './options.ts';
import { createRateLimiter, type RateLimiter } from './rate-limiter.ts';

const PLANS = { anonymous: '2/min', premium: '3/min' } as const;

function limiterOf(options: RateLimiterOptions<TestRequest> = {}) {
  const clock = createManualClock();
  return { clock, limiter: createRateLimiter<TestRequest>({ plans: PLANS, clock, ...options }) };
}

function record<Name extends keyof RateLimitEvents>(limiter: RateLimiter<TestRequest>, name: Name) {
  const events: RateLimitEvents[Name][] = [];
  limiter.on(name, (event) => events.push(event));
  return events;
}

describe('the rate limiter in memory', () => {
  it('decides at once', () => {
    const { limiter } = limiterOf();
    expect(limiter.check(viewOf())).toMatchObject({ outcome: 'allowed', remaining: 1, freesInMs: 60_000 });
    expect(limiter.check(viewOf())).toMatchObject({ outcome: 'allowed', remaining: 0, freesInMs: 60_000 });
    expect(limiter.check(viewOf())).toMatchObject({ outcome: 'denied', remaining: 0, freesInMs: 60_000 });
  });

  it('lets a client back in that waits as long as it was told', async () => {
    const { limiter, clock } = limiterOf();
    await limiter.check(viewOf());
    clock.advance(12_345);
    await limiter.check(viewOf());
    expect(limiter.check(viewOf())).toMatchObject({ outcome: 'denied', freesInMs: 47_655 });
    clock.advance(47_655);
    expect(limiter.check(viewOf())).toMatchObject({ outcome: 'allowed', remaining: 0 });
    expect(limiter.check(viewOf())).toMatchObject({ outcome: 'denied' });
  });

  it('counts each address for itself, and an IPv6 network as one', () => {
    const { limiter } = limiterOf({ plans: { anonymous: '1/min' } });
    const outcome = (address: string | undefined) => limiter.check({ ...viewOf(), address });
    expect(outcome('192.0.2.1')).toMatchObject({ outcome: 'allowed' });
    expect(outcome('::ffff:192.0.2.1')).toMatchObject({ outcome: 'denied' });
    expect(outcome('2001:db8::1')).toMatchObject({ outcome: 'allowed' });
    expect(outcome('2001:db8::2')).toMatchObject({ outcome: 'denied' });
    expect(outcome(undefined)).toMatchObject({ outcome: 'allowed' });
    expect(outcome('garbage')).toMatchObject({ outcome: 'denied' });
  });

  it('counts each plan of a caller for itself: a key denied as anonymous is free as premium', async () => {
    const { limiter } = limiterOf({ plan: (request) => request.plan ?? 'anonymous' });
    for (let hit = 0; hit < 3; hit += 1) await limiter.check(viewOf());
    expect(limiter.check(viewOf())).toMatchObject({ outcome: 'denied' });
    expect(limiter.check(viewOf({ plan: 'premium' }))).toMatchObject({ outcome: 'allowed', remaining: 2 });
  });

  it('counts by the key it is given, and by address where there is none', () => {
    const { limiter } = limiterOf({ plans: { anonymous: '1/min' }, key: (request) => request.key });
    expect(limiter.check(viewOf({ key: 'a' }))).toMatchObject({ outcome: 'allowed' });
    expect(limiter.check(viewOf({ key: 'a' }, { address: '203.0.113.9' }))).toMatchObject({ outcome: 'denied' });
    expect(limiter.check(viewOf({ key: 'b' }))).toMatchObject({ outcome: 'allowed' });
    expect(limiter.check(viewOf())).toMatchObject({ outcome: 'allowed' });
  });

  it('asks an asynchronous plan', async () => {
    const { limiter } = limiterOf({ plan: async (request) => request.plan ?? 'anonymous' });
    expect(await limiter.check(viewOf({ plan: 'premium' }))).toMatchObject({ plan: { name: 'premium' }, remaining: 2 });
  });

  it.each<[string, RateLimiterOptions<TestRequest>['plan'], object]>([
    ['names none', () => 'gold', { plan: '"gold"' }],
    ['names a member of every object', () => 'constructor', { plan: '"constructor"' }],
    ['names none, later', async () => 'gold', { plan: '"gold"' }],
    ['returns nothing', () => undefined as unknown as string, { plan: 'undefined' }],
    [
      'throws',
      () => {
        throw new Error('no session');
      },
      { error: new Error('no session') },
    ],
    ['rejects', () => Promise.reject(new Error('no session')), { error: new Error('no session') }],
  ])("counts a request as a stranger's where plan %s, and says so", async (_, plan, event) => {
    const { limiter } = limiterOf({ plan });
    const unknown = record(limiter, 'plan:unknown');
    expect(await limiter.check(viewOf())).toMatchObject({ outcome: 'allowed', plan: { name: 'anonymous' } });
    await limiter.check(viewOf());
    expect(unknown).toMatchObject([{ fallback: 'anonymous', count: 1, ...event }, { count: 2 }]);
  });

  it('counts by address where key throws or returns something else, and says so', () => {
    const { limiter } = limiterOf({ key: (request) => (request.key === 'bad' ? ({} as string) : JSON.parse('{')) });
    const failed = record(limiter, 'callback:failed');
    expect(limiter.check(viewOf())).toMatchObject({ remaining: 1 });
    expect(limiter.check(viewOf({ key: 'bad' }))).toMatchObject({ remaining: 0 });
    expect(failed).toMatchObject([
      { callback: 'key', count: 1, error: expect.any(SyntaxError) },
      { callback: 'key', count: 2, error: expect.any(TypeError) },
    ]);
  });

  it('neither counts nor limits what is skipped, and counts where skip throws', () => {
    const skipped = limiterOf({ skip: (request) => request.key === 'health' });
    expect(skipped.limiter.check(viewOf({ key: 'health' }))).toEqual({ outcome: 'skipped' });
    expect(skipped.limiter.check(viewOf())).toMatchObject({ remaining: 1 });

    const throwing = limiterOf({ skip: () => JSON.parse('{') });
    const failed = record(throwing.limiter, 'callback:failed');
    expect(throwing.limiter.check(viewOf())).toMatchObject({ outcome: 'allowed', remaining: 1 });
    expect(failed).toMatchObject([{ callback: 'skip', count: 1 }]);
  });

  it('counts a request once, however many mounts it passes', () => {
    const { limiter } = limiterOf();
    const view = viewOf();
    expect(limiter.check(view)).toMatchObject({ outcome: 'allowed', remaining: 1 });
    expect(limiter.check({ ...view, target: '/elsewhere' })).toEqual({ outcome: 'skipped' });
    expect(limiter.check(viewOf())).toMatchObject({ remaining: 0 });
  });

  it('tells of each denial, and of what an audited plan allowed, without naming the caller', async () => {
    const plans = { anonymous: '1/min', admin: { limit: 9, window: '1m', audit: true } } as const;
    const { limiter } = limiterOf({ plans, plan: (request) => request.plan ?? 'anonymous', key: () => 'secret-token' });
    const denied = record(limiter, 'request:denied');
    const allowed = record(limiter, 'request:allowed');
    for (const plan of ['anonymous', 'anonymous', 'admin']) await limiter.check(viewOf({ plan }, { method: 'POST' }));
    expect(denied).toEqual([
      {
        plan: 'anonymous',
        caller: expect.stringMatching(/^[\w-]{22}$/),
        method: 'POST',
        limit: 1,
        windowMs: 60_000,
        retryAfterMs: 60_000,
      },
    ]);
    expect(allowed).toEqual([{ plan: 'admin', caller: denied[0]?.caller, method: 'POST', remaining: 8 }]);
    expect(JSON.stringify([denied, allowed])).not.toContain('secret');
  });

  it('counts by plan in stats, and hands out copies', async () => {
    const { limiter } = limiterOf({ plan: (request) => request.plan ?? 'anonymous' });
    for (const plan of ['anonymous', 'anonymous', 'anonymous', 'premium']) await limiter.check(viewOf({ plan }));
    const stats = limiter.stats();
    expect(stats).toEqual({
      plans: { anonymous: { allowed: 2, denied: 1 }, premium: { allowed: 1, denied: 0 } },
      tier: 'memory',
      redisErrors: 0,
      memoryKeys: 2,
    });
    await limiter.check(viewOf());
    expect(stats.plans).toMatchObject({ anonymous: { denied: 1 } });
  });

  it('forgets everybody when closed, twice over', async () => {
    const { limiter } = limiterOf();
    await limiter.check(viewOf());
    limiter.close();
    limiter.close();
    expect(limiter.stats().memoryKeys).toBe(0);
  });
});
