import type { WakeWatch } from '../bus/wakes.ts';
import type { Call, Engine } from '../engine.ts';
import { isFailure } from '../redis/redis-state.ts';
import type { Lease } from './leases.ts';
import type { WriteTerms } from './work.ts';

/**
 * What a load may do next. A `lease` makes it the only one of the fleet; without one it loads all the same: there is no Redis
 * to ask, or nothing is kept that is loaded. `changed`: the entry was replaced. `woken`: to look again, and to ask again.
 */
export type Turn = { readonly lease: Lease | undefined } | 'changed' | 'woken' | 'timed out';

/** One load's turns among the loads of the fleet. */
export interface Turns {
  /** Whether another process's load has been waited for. */
  hasWaited(): boolean;
  /** @param header as it was read. */
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

/** Nobody tells of a holder that was killed, nor anything while the bus is away: those who wait ask, ever more rarely. */
const FIRST_POLL_MS = 50;
const MAX_POLL_MS = 500;

/** Loads without a lease. */
export const ALONE: Turn = Object.freeze({ lease: undefined });

/** The same, and so does everybody else at present. */
export const UNKEPT: Turn = Object.freeze({ lease: undefined });

export function createTurns(engine: Engine, { call, terms, signal, onWaiting }: TurnsOptions): Turns {
  const { leases } = engine;
  const { address, outcomes } = call;
  let watch: WakeWatch | undefined;
  let startedAt: number | undefined;
  let pollMs = FIRST_POLL_MS;

  return {
    hasWaited: () => startedAt !== undefined,
    async next(header, limitMs) {
      if (!leases || terms.load.lease === 'process') return ALONE;
      // Before Redis is asked: what it wakes right afterwards is not missed.
      watch ??= leases.watch(address.id);
      const taken = await leases.take(address, header);
      if (taken === 'changed') return taken;
      if (taken === 'unkept') return UNKEPT;
      if (isFailure(taken)) return ALONE;
      if (taken !== 'held') {
        outcomes.leasesTaken += 1;
        return { lease: taken };
      }
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
      await watch.next(Math.min(leftMs, pollMs), signal);
      pollMs = Math.min(pollMs * 2, MAX_POLL_MS);
      return 'woken';
    },
    close: () => watch?.close(),
  };
}
