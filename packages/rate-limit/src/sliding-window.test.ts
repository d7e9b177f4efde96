import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from './sliding-window.ts';

const NOW = 1_700_000_000_000;

describe('the sliding window', () => {
  it.each([
    { hits: [], cost: 1, allowed: true, used: 1, freesInMs: 1000, expired: 0 },
    { hits: [], cost: 0, allowed: true, used: 0, freesInMs: 0, expired: 0 },
    { hits: [-999], cost: 1, allowed: true, used: 2, freesInMs: 1, expired: 0 },
    { hits: [-1000], cost: 1, allowed: true, used: 1, freesInMs: 1000, expired: 1 },
    { hits: [-900, -500, -100], cost: 1, allowed: false, used: 3, freesInMs: 100, expired: 0 },
    { hits: [-900, -500, -100], cost: 2, allowed: false, used: 3, freesInMs: 500, expired: 0 },
    { hits: [-900, -500, -100], cost: 0, allowed: false, used: 3, freesInMs: 100, expired: 0 },
    { hits: [-2000, -1000, -100], cost: 2, allowed: true, used: 3, freesInMs: 900, expired: 2 },
    { hits: [-5, -4, -3, -2, -1], cost: 1, allowed: false, used: 5, freesInMs: 997, expired: 0 },
  ])('with hits at $hits and a cost of $cost: allowed $allowed, frees in $freesInMs ms', (example) => {
    const { hits, cost, ...verdict } = example;
    const times = hits.map((ago) => NOW + ago);
    expect(judge(times, { limit: 3, windowMs: 1000 }, cost, NOW)).toEqual(verdict);
  });

  const traffic = fc.record({
    windowMs: fc.integer({ min: 1, max: 500 }),
    requests: fc.array(
      fc.record({
        afterMs: fc.integer({ min: 0, max: 200 }),
        limit: fc.integer({ min: 1, max: 6 }),
        cost: fc.integer({ min: 0, max: 6 }),
      }),
      { maxLength: 60 },
    ),
  });

  it('decides as a naive count of the whole history does, whatever the limit changes to', () => {
    fc.assert(
      fc.property(traffic, ({ windowMs, requests }) => {
        const history: number[] = [];
        let hits: number[] = [];
        let now = NOW;
        for (const { afterMs, limit, cost: asked } of requests) {
          const cost = Math.min(asked, limit);
          now += afterMs;
          const inWindow = history.filter((at) => at > now - windowMs).length;
          const judgement = judge(hits, { limit, windowMs }, cost, now);
          expect(judgement.allowed).toBe(inWindow + Math.max(cost, 1) <= limit);
          expect(judgement.used).toBe(inWindow + (judgement.allowed ? cost : 0));
          if (!judgement.allowed) continue;
          const added = new Array<number>(cost).fill(now);
          history.push(...added);
          hits = [...hits.slice(judgement.expired), ...added];
        }
      }),
    );
  });

  it('never admits more than the limit in any window, wherever the window is laid', () => {
    fc.assert(
      fc.property(traffic, fc.integer({ min: 1, max: 6 }), ({ windowMs, requests }, limit) => {
        const admitted: number[] = [];
        let now = NOW;
        for (const { afterMs } of requests) {
          now += afterMs;
          if (judge(admitted, { limit, windowMs }, 1, now).allowed) admitted.push(now);
        }
        for (const start of admitted) {
          expect(admitted.filter((at) => at >= start && at < start + windowMs).length).toBeLessThanOrEqual(limit);
        }
      }),
    );
  });

  const denial = fc
    .record({
      windowMs: fc.integer({ min: 1, max: 90_000 }),
      limit: fc.integer({ min: 1, max: 8 }),
      hits: fc.array(fc.nat({ max: 90_000 }), { minLength: 1, maxLength: 20 }),
    })
    .map(({ hits, ...rule }) => ({ rule, hits: hits.map((ago) => NOW - ago).sort((a, b) => a - b) }))
    .filter(({ rule, hits }) => !judge(hits, rule, 1, NOW).allowed);

  it('admits a denied client that waits exactly as long as it was told, and no millisecond earlier', () => {
    fc.assert(
      fc.property(denial, ({ rule, hits }) => {
        const { freesInMs } = judge(hits, rule, 1, NOW);
        expect(judge(hits, rule, 1, NOW + freesInMs).allowed).toBe(true);
        expect(judge(hits, rule, 1, NOW + freesInMs - 1).allowed).toBe(false);
      }),
    );
  });

  it('admits a denied client that waits for its Retry-After, which never asks for a whole second too much', () => {
    fc.assert(
      fc.property(denial, ({ rule, hits }) => {
        const retryAfterMs = Math.ceil(judge(hits, rule, 1, NOW).freesInMs / 1000) * 1000;
        expect(judge(hits, rule, 1, NOW + retryAfterMs).allowed).toBe(true);
        expect(judge(hits, rule, 1, NOW + retryAfterMs - 1000).allowed).toBe(false);
      }),
    );
  });
});
