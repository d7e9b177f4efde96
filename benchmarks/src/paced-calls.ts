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
  let failure: { readonly error: unknown } | undefined;

  function callOnce(): void {
    const sentAt = performance.now();
    sent += 1;
    call().then(
      () => {
        latencies[ended] = performance.now() - sentAt;
        ended += 1;
      },
      (error) => {
        failure ??= { error };
        ended += 1;
      },
    );
  }

  async function goOnBeside({ act, everyMs }: NonNullable<PacedSubject['beside']>): Promise<void> {
    for (let at = beganAt; at < beganAt + ms; at = Math.max(at + everyMs, performance.now())) {
      await sleep(Math.max(0, at - performance.now()));
      await act();
    }
  }

  async function pace(): Promise<void> {
    while (due < latencies.length || ended < sent) {
      await sleep(1);
      if (failure) throw failure.error;
      const next = Math.min(latencies.length, Math.floor(((performance.now() - beganAt) * callsPerSecond) / 1000));
      for (; due < next; due += 1) {
        if (sent - ended < MOST_IN_FLIGHT) callOnce();
      }
    }
  }

  const loopDelay = monitorEventLoopDelay({ resolution: 1 });
  loopDelay.enable();
  await Promise.all([pace(), beside && goOnBeside(beside)]);
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
