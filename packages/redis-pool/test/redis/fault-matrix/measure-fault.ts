import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@breakwater/testkit';
import { createRedisPool } from '../../../src/index.ts';
import { type CircuitLog, logCircuit } from './circuit-log.ts';
import type { Fault, Scene } from './fault.ts';
import type { LoopWatch } from './loop-watch.ts';
import { type Attempt, isFailure, listKey, type SteadyLoad, startSteadyLoad } from './steady-load.ts';

export const DEADLINE_MS = 500;
/** So long may this process itself be blocked of the time that a command has; beyond it, a failure is no fault of Redis. */
export const BLOCKED_MS = 150;
/** How long the load runs well before the fault. */
const CALM_MS = 500;
/** So long must all have gone well for the pool to have recovered. */
const STEADY_MS = 1000;
const GIVE_UP_MS = 40_000;
/** So many executions say something about how many of them there were twice. */
const ENOUGH = 200;

/** What was seen in one row. */
export interface Finding {
  readonly commands: number;
  /** How commands failed, the most frequent way first. */
  readonly failures: readonly string[];
  readonly failuresBeforeTheFault: readonly string[];
  readonly neverSettled: number;
  /** The longest that any command took beyond its deadline, without what this process itself was blocked meanwhile. */
  readonly worstOverrunMs: number;
  /** The most that this process itself was blocked while any command had its time to be answered. */
  readonly blockedMs: number;
  readonly circuit: CircuitLog & { readonly state: string };
  /** From the end of the fault to the last command that failed, without what this process was blocked; 0 where none did. */
  readonly recoveryMs: number;
  readonly executed: number;
  readonly executedTwice: readonly string[];
  readonly confirmedAndLost: readonly string[];
}

export async function measureFault(fault: Fault, loop: LoopWatch): Promise<Finding> {
  const scene = await fault.prepare();
  const pool = createRedisPool({ ...scene.pool, deadlineMs: DEADLINE_MS });
  const circuit = logCircuit(pool);
  let load: SteadyLoad | undefined;
  try {
    if (!fault.isAbsentAtStart) await pool.whenReady('20s');
    const hadItsTime = (attempt: Attempt) => blockedMs(attempt, loop) < BLOCKED_MS;
    load = startSteadyLoad(pool, scene.tags, hadItsTime);
    if (!fault.isAbsentAtStart) await load.untilSteady(CALM_MS, GIVE_UP_MS);
    // Where this process was blocked, its circuit may have opened, and refused what had its time.
    const failuresBeforeTheFault = load.attempts.every(hadItsTime) ? waysOf(load.attempts.filter(isFailure)) : [];
    await scene.begin();
    await sleep(fault.holdMs);
    await scene.end();
    const endedAt = performance.now();
    const isSteady = await load.untilSteady(STEADY_MS, GIVE_UP_MS);
    // A busy machine gets little done in that time.
    await untilConfirmed(load, ENOUGH);
    load.stop();
    await sleep(DEADLINE_MS);
    const { attempts, confirmed, pending, failedAt } = load;
    const executed = await readLists(scene);
    return {
      commands: attempts.length + pending,
      failures: waysOf(attempts.filter(isFailure)),
      failuresBeforeTheFault,
      neverSettled: pending,
      worstOverrunMs: Math.max(0, ...attempts.map((attempt) => overrunMs(attempt, loop))),
      blockedMs: Math.max(0, ...attempts.map((attempt) => blockedMs(attempt, loop))),
      circuit: { ...circuit, state: pool.stats().circuit },
      recoveryMs: isSteady ? recoveryMs(endedAt, failedAt, loop) : Number.POSITIVE_INFINITY,
      executed: executed.length,
      executedTwice: repeatedIn(executed),
      confirmedAndLost: missingFrom(executed, confirmed),
    };
  } finally {
    load?.stop();
    await pool.close();
    await scene.stop();
  }
}

async function untilConfirmed({ confirmed }: SteadyLoad, count: number): Promise<void> {
  await eventually(() => confirmed.size > count);
}

function waysOf(failures: readonly Attempt[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { outcome } of failures) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].sort(([, left], [, right]) => right - left).map(([outcome]) => outcome);
}

function recoveryMs(endedAt: number, failedAt: number, loop: LoopWatch): number {
  return failedAt <= endedAt ? 0 : failedAt - endedAt - loop.lostMs(endedAt, failedAt);
}

/** How long this process itself was blocked while the command had its time to be answered. */
function blockedMs({ sentAt }: Attempt, loop: LoopWatch): number {
  return loop.lostMs(sentAt, sentAt + DEADLINE_MS);
}

function overrunMs({ sentAt, settledAt }: Attempt, loop: LoopWatch): number {
  const dueAt = sentAt + DEADLINE_MS;
  return settledAt <= dueAt ? 0 : settledAt - dueAt - loop.lostMs(dueAt, settledAt);
}

/** What Redis has appended, by its own account. */
async function readLists({ tags, openClient }: Scene): Promise<readonly string[]> {
  const client = openClient();
  try {
    const lists = await Promise.all(tags.map((tag) => client.lrange(listKey(tag), 0, -1)));
    return lists.flat();
  } finally {
    client.disconnect();
  }
}

function repeatedIn(ids: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return ids.filter((id) => seen.size === seen.add(id).size);
}

function missingFrom(ids: readonly string[], expected: ReadonlySet<string>): readonly string[] {
  const present = new Set(ids);
  return [...expected].filter((id) => !present.has(id));
}
