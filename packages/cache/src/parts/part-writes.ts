import type { Cache } from '../cache.ts';
import type { Engine } from '../engine.ts';
import { reserve } from '../loading/reservation.ts';
import { reserveToFill } from '../loading/reserve-to-fill.ts';
import { resolveLeaseWait } from '../options/load-options.ts';
import { writeValue, writeValues } from '../writing/write-by-policy.ts';
import type { Requests } from './requests.ts';

/** A part's calls that store what their callers have, or are about to have. */
export type PartWrites = Pick<Cache, 'set' | 'setMany' | 'reserve' | 'reserveToFill'>;

export interface PartWritesOptions {
  readonly requests: Requests;
  readonly finds: 'fresh' | 'stale';
}

export function createPartWrites(engine: Engine, { requests, finds }: PartWritesOptions): PartWrites {
  const { policyOf, callOf, termsOf, writeOf, writesOf } = requests;

  return {
    // An async function would make a promise of its own for every write.
    set(key, value, options) {
      try {
        const policy = policyOf(options);
        return writeValue(engine, policy, writeOf(key, value, policy, options));
      } catch (error) {
        return Promise.reject(error);
      }
    },

    async setMany(entries, options) {
      const policy = policyOf(options);
      await writeValues(engine, policy, writesOf(entries, policy, options));
    },

    async reserve(key, options) {
      const policy = policyOf(options);
      return reserve(engine, callOf(key, policy), termsOf(key, policy, options));
    },

    async reserveToFill(key, options) {
      const policy = policyOf(options);
      const terms = termsOf(key, policy, options);
      const leaseWait = options?.leaseWait;
      const leaseWaitMs = leaseWait === undefined ? terms.load.leaseWaitMs : resolveLeaseWait('leaseWait', leaseWait);
      const findsStale = finds === 'stale';
      return reserveToFill(engine, { call: callOf(key, policy), terms, over: options?.over, leaseWaitMs, findsStale });
    },
  };
}
