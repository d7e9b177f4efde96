import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PacedFigures } from './case-messages.ts';
import type { PacedSubject } from './topic.ts';

/** A case that does not keep up with its rate is spared more than this, or it would only measure its own queue. */
export const MOST_IN_FLIGHT = 5000;
const NANOSECONDS_PER_MS = 1e6;

/** Calls at the given rate until `ms` have passed, a few each millisecond, whether or not earlier calls have ended. */
export async function callAtRate(
  { call, beside }: PacedSubject,
  callsPerSecond: number,
  ms: number,
): Promise<{ readonly calls: number; readonly paced: PacedFigures }> {
  const latencies = new Float64Array(Math.ceil((callsPerSecond * ms) / 1000));
  const beganAt = performance.now();
  let due = 0;
  let sent = 0;
  let ended = 0;

  const allEnded = Promise.withResolvers<void>();

  function callOnce(): void {
    const sentAt = performance.now();
    sent += 1;
    call().then(() => {
      latencies[ended] = performance.now() - sentAt;
      ended += 1;
      if (ended === sent && due === latencies.length) allEnded.resolve();
    }, allEnded.reject);
  }

  async function repeat(act: () => Promise<unknown>): Promise<void> {
    while (performance.now() < beganAt + ms) await act();
  }

  async function pace(): Promise<void> {
    while (due < latencies.length) {
      await sleep(1);
      const next = Math.min(latencies.length, Math.floor(((performance.now() - beganAt) * callsPerSecond) / 1000));
      for (; due < next; due += 1) {
        if (sent - ended < MOST_IN_FLIGHT) callOnce();
      }
    }
    await allEnded.promise;
  }

  const loopDelay = monitorEventLoopDelay({ resolution: 1 });
  loopDelay.enable();
  await Promise.all([pace(), beside && repeat(beside)]);
  loopDelay.disable();

  const sorted = latencies.subarray(0, ended).sort();
  const percentile = (share: number) => sorted[Math.floor((ended - 1) * share)] ?? Number.NaN;
  return {
    calls: ended,
    paced: {
      latencyMs: { p50: percentile(0.5), p99: percentile(0.99) },
      loopDelayMs: loopDelay.max / NANOSECONDS_PER_MS,
    },
  };
}
