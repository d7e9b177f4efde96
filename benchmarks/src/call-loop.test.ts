import { expect, it } from 'vitest';
import { callUntil } from './call-loop.ts';

/** A clock that moves one millisecond each time somebody looks at it. */
function lookedAtClock() {
  let nowMs = 0;
  return () => nowMs++;
}

it('a synchronous call is repeated until the time is up, and every call is counted', async () => {
  let calls = 0;
  const counted = await callUntil(3, () => (calls += 1), 8, lookedAtClock());
  expect(counted).toBe(calls);
  expect(calls).toBe(1 + 3 * 64);
});

it('calls that return promises are in flight as many at a time as asked, never more', async () => {
  let inFlight = 0;
  let most = 0;
  let calls = 0;
  const call = async () => {
    calls += 1;
    inFlight += 1;
    most = Math.max(most, inFlight);
    await Promise.resolve();
    inFlight -= 1;
  };
  const counted = await callUntil(20, call, 4, lookedAtClock());
  expect(most).toBe(4);
  expect(counted).toBe(calls);
  expect(inFlight).toBe(0);
});

it('a call that fails ends the measurement', async () => {
  let calls = 0;
  const call = async () => {
    calls += 1;
    if (calls === 10) throw new Error('the tenth failed');
  };
  await expect(callUntil(20, call, 1, lookedAtClock())).rejects.toThrow('the tenth failed');
});
