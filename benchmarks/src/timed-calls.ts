import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TimedFigures } from './case-messages.ts';
import type { CallLoad, TimedSubject } from './topic.ts';

/** A case that does not keep up with its rate is spared more than this, or it would only measure its own queue. */
export const MOST_IN_FLIGHT = 5000;
const MOST_CALLS_PER_MS = 1000;
const NANOSECONDS_PER_MS = 1e6;

/** Times each of the calls that are made for `ms` milliseconds, and what they do to the event loop. */
export async function timeCalls(
  { call, beside }: TimedSubject,
  load: CallLoad,
  ms: number,
): Promise<{ readonly calls: number; readonly timed: TimedFigures }> {
  const latencies = new Float64Array(ms * MOST_CALLS_PER_MS);
  let ended = 0;
  async function timedCall(): Promise<void> {
    const sentAt = performance.now();
    await call();
    latencies[ended] = performance.now() - sentAt;
    ended += 1;
  }

  const loopDelay = monitorEventLoopDelay({ resolution: 1 });
  const untilMs = performance.now() + ms;
  loopDelay.enable();
  await Promise.all([
    'concurrency' in load
      ? callInTurns(timedCall, load.concurrency, untilMs)
      : callAtRate(timedCall, load.callsPerSecond, ms),
    beside && goOnBeside(beside, untilMs),
  ]);
  loopDelay.disable();

  const sorted = latencies.subarray(0, ended).sort();
  const percentile = (share: number) => sorted[Math.floor((ended - 1) * share)] ?? Number.NaN;
  return {
    calls: ended,
    timed: {
      latencyMs: { p50: percentile(0.5), p99: percentile(0.99) },
      loopDelayMs: loopDelay.max / NANOSECONDS_PER_MS,
    },
  };
}

/** So many callers, each of whom calls again when answered. */
async function callInTurns(call: () => Promise<void>, concurrency: number, untilMs: number): Promise<void> {
  async function callAgain(): Promise<void> {
    while (performance.now() < untilMs) await call();
  }
  await Promise.all(Array.from({ length: concurrency }, callAgain));
}

/** A few calls each millisecond, whether or not earlier ones have ended. */
async function callAtRate(call: () => Promise<void>, callsPerSecond: number, ms: number): Promise<void> {
  const beganAt = performance.now();
  const total = Math.floor((callsPerSecond * ms) / 1000);
  let due = 0;
  let underWay = 0;
  let failure: { readonly error: unknown } | undefined;
  function end(): void {
    underWay -= 1;
  }
  function fail(error: unknown): void {
    underWay -= 1;
    failure ??= { error };
  }

  while (due < total || underWay > 0) {
    await sleep(1);
    if (failure) throw failure.error;
    const next = Math.min(total, Math.floor(((performance.now() - beganAt) * callsPerSecond) / 1000));
    for (; due < next; due += 1) {
      if (underWay >= MOST_IN_FLIGHT) continue;
      underWay += 1;
      call().then(end, fail);
    }
  }
}

async function goOnBeside({ act, everyMs }: NonNullable<TimedSubject['beside']>, untilMs: number): Promise<void> {
  for (let at = performance.now(); at < untilMs; at = Math.max(at + everyMs, performance.now())) {
    await sleep(Math.max(0, at - performance.now()));
    await act();
  }
}
