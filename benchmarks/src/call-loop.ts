/** Where results go, so that the engine cannot find them unused and optimise the measured call away. */
const sink: { last?: unknown } = {};

/** Between two looks at the clock, which itself costs as much as a fast call. */
const CALLS_PER_LOOK = 64;

/**
 * Calls `call` until `untilMs` on `now`'s clock, `concurrency` at a time if it returns promises, and resolves with how
 * often it was called. The clock is looked at rather than a timer set: a loop of resolved promises starves every timer.
 */
export async function callUntil(
  untilMs: number,
  call: () => unknown,
  concurrency: number,
  now: () => number = () => performance.now(),
): Promise<number> {
  const first = call();
  if (!(first instanceof Promise)) return 1 + callSynchronously(untilMs, call, now);
  await first;
  const lanes = Array.from({ length: concurrency }, () => callInTurn(untilMs, call, now));
  return (await Promise.all(lanes)).reduce((sum, calls) => sum + calls, 1);
}

function callSynchronously(untilMs: number, call: () => unknown, now: () => number): number {
  let calls = 0;
  while (now() < untilMs) {
    for (let turn = 0; turn < CALLS_PER_LOOK; turn += 1) sink.last = call();
    calls += CALLS_PER_LOOK;
  }
  return calls;
}

async function callInTurn(untilMs: number, call: () => unknown, now: () => number): Promise<number> {
  let calls = 0;
  while (now() < untilMs) {
    for (let turn = 0; turn < CALLS_PER_LOOK; turn += 1) sink.last = await call();
    calls += CALLS_PER_LOOK;
  }
  return calls;
}
