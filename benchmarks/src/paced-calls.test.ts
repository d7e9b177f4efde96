import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { callAtRate, MOST_IN_FLIGHT } from './paced-calls.ts';

describe('calls at a rate', () => {
  it('are as many as the rate and the time make, whether or not earlier ones have ended', async () => {
    let underWay = 0;
    let mostUnderWay = 0;
    const { calls } = await callAtRate({ call: slowly }, 1000, 100);
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

  it('are timed each from its call to its end', async () => {
    let called = 0;
    const { paced } = await callAtRate({ call: () => sleep(++called % 10 === 0 ? 30 : 0) }, 1000, 100);
    expect(paced.latencyMs.p50).toBeLessThan(paced.latencyMs.p99);
    expect(paced.latencyMs.p99).toBeGreaterThanOrEqual(29);
    expect(paced.loopDelayMs).toBeGreaterThan(0);
  });

  it('show in the delay of the event loop when one of them blocks it', async () => {
    let called = 0;
    const { paced } = await callAtRate({ call: async () => (++called === 10 ? block(50) : undefined) }, 1000, 100);
    expect(paced.loopDelayMs).toBeGreaterThanOrEqual(49);
  });

  it('are left out where too many have not ended', async () => {
    const { calls } = await callAtRate({ call: () => sleep(300) }, 200_000, 50);
    expect(calls).toBe(MOST_IN_FLIGHT);
  });

  it('end the measurement when one fails', async () => {
    const failing = callAtRate({ call: () => Promise.reject(new Error('refused')) }, 1000, 1000);
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
    await callAtRate({ call: async () => {}, beside: { act, everyMs: 40 } }, 1000, 100);
    expect(acts).toBe(3);
  });
});

function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
