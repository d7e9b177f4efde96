import { setTimeout as sleep } from 'node:timers/promises';
import { type Fleet, type FleetOptions, startFleet } from './fleet.ts';
import { checkHistory, type Verdict } from './history.ts';

export const HEARTBEAT_MS = 250;
export const BLIND_TTL_MS = 500;

/** How long an invalidation that Redis has taken may go unheard: a message that has arrived is heard when its process runs. */
export const BOUND_MS = 1000;

/** The same where anything may break: four beats until a silent connection counts as dead, and what memory may serve blindly. */
export const CHAOS_BOUND_MS = 4 * HEARTBEAT_MS + BLIND_TTL_MS + BOUND_MS;

export interface RunOptions extends FleetOptions {
  readonly forMs: number;
  readonly boundMs: number;
  /** Done all the while; the run goes on until it is over. */
  readonly disturb?: (fleet: Fleet, isOver: () => boolean) => Promise<void>;
}

/** Lets processes use one cache at random, and judges what they saw. */
export async function runHistory({ forMs, boundMs, disturb, ...options }: RunOptions): Promise<Verdict> {
  const fleet = startFleet(options);
  try {
    await fleet.ready();
    let isOver = false;
    const disturbed = disturb?.(fleet, () => isOver);
    await sleep(forMs);
    isOver = true;
    await disturbed;
    return checkHistory(await fleet.stop(), boundMs);
  } finally {
    fleet.end();
  }
}
