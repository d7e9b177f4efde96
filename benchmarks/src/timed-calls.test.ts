import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { MOST_IN_FLIGHT, timeCalls } from './timed-calls.ts';

describe('timed calls', () => {
  it('at a rate are as many as the rate and the time make, whether or not earlier ones have ended', async () => {
    let underWay = 0;
    let mostUnderWay = 0;
    const { calls } = await timeCalls({ call: slowly }, { callsPerSecond: 1000 }, 100);
    async function slowly() {
      underWay += 1;
      mostUnderWay = Math.max(mostUnderWay, underWay);
      await sleep(20);
      underWay -= 1;
    }
    expect(calls).toBe(100);
    expect(mostUnderWay).toBeGreaterThan(1);
    expect(underWay).toBe(0);
  });

  it('at a concurrency are so many at a time, until the time is over', async () => {
    let underWay = 0;
    let mostUnderWay = 0;
    let begun = 0;
    const beganAt = performance.now();
    const { calls } = await timeCalls({ call: slowly }, { concurrency: 5 }, 300);
    async function slowly() {
      begun += 1;
      underWay += 1;
      mostUnderWay = Math.max(mostUnderWay, underWay);
      await sleep(10);
      underWay -= 1;
    }
    expect(performance.now() - beganAt).toBeGreaterThanOrEqual(300);
    expect(mostUnderWay).toBe(5);
    expect(calls).toBe(begun);
    expect(calls).toBeGreaterThan(5);
    expect(underWay).toBe(0);
  });

  it('are timed each from its call to its end', async () => {
    let called = 0;
    const { timed } = await timeCalls(
      { call: () => sleep(++called % 10 === 0 ? 30 : 0) },
      { callsPerSecond: 1000 },
      100,
    );
    expect(timed.latencyMs.p50).toBeLessThan(timed.latencyMs.p99);
    expect(timed.latencyMs.p99).toBeGreaterThanOrEqual(29);
    expect(timed.loopDelayMs).toBeGreaterThan(0);
  });

  it('show in the delay of the event loop when one of them blocks it', async () => {
    let called = 0;
    const { timed } = await timeCalls(
      { call: async () => (++called === 10 ? block(50) : undefined) },
      { callsPerSecond: 1000 },
      100,
    );
    expect(timed.loopDelayMs).toBeGreaterThanOrEqual(49);
  });

  it('at a rate are left out where too many have not ended', async () => {
    const { calls } = await timeCalls({ call: () => sleep(300) }, { callsPerSecond: 200_000 }, 50);
    expect(calls).toBe(MOST_IN_FLIGHT);
  });

  it('end the measurement when one fails', async () => {
    const failing = timeCalls({ call: () => Promise.reject(new Error('refused')) }, { callsPerSecond: 1000 }, 1000);
    await expect(failing).rejects.toThrow('refused');
  });

  it('have something beside them, one at a time and at its own pace', async () => {
    let underWay = 0;
    let acts = 0;
    async function act() {
      underWay += 1;
      expect(underWay).toBe(1);
      await sleep(5);
      underWay -= 1;
      acts += 1;
    }
    await timeCalls({ call: async () => {}, beside: { act, everyMs: 40 } }, { callsPerSecond: 1000 }, 300);
    expect(acts).toBeGreaterThan(1);
    expect(acts).toBeLessThanOrEqual(8);
  });
});

function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
