import type { WakeWatch } from '../bus/wakes.ts';
import type { Call, Engine } from '../engine.ts';
import type { WriteTerms } from '../options/terms.ts';
import { isFailure } from '../redis/redis-state.ts';
import type { Lease } from './leases.ts';

/**
 * What a load may do next. A `lease` makes it the only one of the fleet; without one it loads all the same: Redis
 * cannot be asked, or what is loaded is not kept anyway. `changed`: the entry was replaced. `woken`: it is to look
 * again, and to ask again.
 */
export type Turn = { readonly lease: Lease | undefined } | 'changed' | 'woken' | 'timed out';

/** One load's turns among the loads of the fleet. */
export interface Turns {
  /** Whether another process's load has been waited for. */
  hasWaited(): boolean;
  /**
   * Takes the lease, or waits for the load of another process.
   *
   * @param header of the entry, as it was read.
   * @param limitMs how long to wait in all, since the first call.
   */
  next(header: Buffer, limitMs: number): Promise<Turn>;
  close(): void;
}

export interface TurnsOptions {
  readonly call: Call;
  readonly terms: WriteTerms;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Called when it turns out that there is something to wait for. */
  readonly onWaiting?: (() => void) | undefined;
}

/**
 * A holder that was killed tells nobody, and while the bus is away nobody hears anything: those who wait poll, ever
 * more rarely.
 */
const FIRST_POLL_MS = 50;
const MAX_POLL_MS = 500;

/** Loads without a lease. */
export const ALONE: Turn = Object.freeze({ lease: undefined });

/** Loads without a lease, as everybody does at present: the last value was not to be kept. */
export const UNKEPT: Turn = Object.freeze({ lease: undefined });

export function createTurns(engine: Engine, { call, terms, signal, onWaiting }: TurnsOptions): Turns {
  const { leases } = engine;
  const { address, outcomes } = call;
  let watch: WakeWatch | undefined;
  let startedAt: number | undefined;
  let pollMs = FIRST_POLL_MS;
  let wasChanged = false;

  async function waitForOthers(ended: WakeWatch, limitMs: number): Promise<Turn> {
    if (startedAt === undefined) {
      startedAt = performance.now();
      outcomes.leasesAwaited += 1;
      onWaiting?.();
    }
    const leftMs = startedAt + limitMs - performance.now();
    if (leftMs <= 0) {
      outcomes.leasesTimedOut += 1;
      return 'timed out';
    }
    await ended.next(Math.min(leftMs, pollMs), signal);
    pollMs = Math.min(pollMs * 2, MAX_POLL_MS);
    return 'woken';
  }

  return {
    hasWaited: () => startedAt !== undefined,
    async next(header, limitMs) {
      if (!leases || terms.load.lease === 'process') return ALONE;
      // Before Redis is asked, so that a wake right after its reply is not missed.
      watch ??= leases.watch(address.id);
      const taken = await leases.take(address, header);
      if (isFailure(taken)) return ALONE;
      if (taken === 'unkept') return UNKEPT;
      if (typeof taken === 'object') {
        outcomes.leasesTaken += 1;
        return { lease: taken };
      }
      const isFirstChange = taken === 'changed' && !wasChanged;
      wasChanged = taken === 'changed';
      // Twice in a row what was read is not what is there: a replica that is behind answers the reads. It is waited for.
      return isFirstChange ? 'changed' : waitForOthers(watch, limitMs);
    },
    close: () => watch?.close(),
  };
}
