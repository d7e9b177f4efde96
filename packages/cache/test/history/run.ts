import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { FaultProxy } from '@breakwater/testkit';
import { checkHistory, type Operation, type Verdict } from './history.ts';

export const HEARTBEAT_MS = 250;
export const BLIND_TTL_MS = 500;

/** How long an invalidation that Redis has taken may go unheard: a message that has arrived is heard when its process runs. */
export const BOUND_MS = 1000;

/** The same where anything may break: four beats until a silent connection counts as dead, and what memory may serve blindly. */
export const CHAOS_BOUND_MS = 4 * HEARTBEAT_MS + BLIND_TTL_MS + BOUND_MS;

export interface RunOptions {
  /** One for each process. */
  readonly proxies: readonly FaultProxy[];
  readonly sourceUrl: string;
  readonly seed: number;
  readonly forMs: number;
  readonly boundMs: number;
  /** Done all the while. */
  readonly disturb?: (isOver: () => boolean) => Promise<void>;
}

/** Lets processes use one cache at random, and judges what they saw. */
export async function runHistory({ proxies, sourceUrl, seed, forMs, boundMs, disturb }: RunOptions): Promise<Verdict> {
  const children = proxies.map(({ url }, index) =>
    fork(fileURLToPath(new URL('worker.child.ts', import.meta.url)), [url, sourceUrl, String(seed), String(index)], {
      execArgv: ['--conditions=@breakwater/source'],
      serialization: 'advanced',
    }),
  );
  try {
    await Promise.all(children.map((child) => once(child, 'message')));
    let isOver = false;
    const disturbed = disturb?.(() => isOver);
    await sleep(forMs);
    isOver = true;
    await disturbed;
    const histories = await Promise.all(children.map(stop));
    return checkHistory(histories.flat(), boundMs);
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}

async function stop(child: ChildProcess): Promise<Operation[]> {
  const told = once(child, 'message');
  child.send('stop');
  const [operations] = await told;
  return operations;
}
