import { wakeMessage } from '../bus/wake-message.ts';
import type { Address } from '../entries/address.ts';
import type { ApplyChange } from './changes.ts';
import type { CacheKeys } from './redis-keys.ts';
import { type Failure, isFailure, type RedisState } from './redis-state.ts';

/**
 * How long a lease lasts that is not renewed, and so what a killed holder costs those who wait. A process whose event
 * loop stands still for longer loses its leases.
 */
export const LEASE_TTL_MS = 3000;

/** What a commit says of the lease it was loaded under. */
export interface LeaseClaim {
  readonly token: string;
  /** The entry's first bytes before the load, empty where there was none: they tell whether it was replaced since. */
  readonly header: Buffer;
}

/**
 * `taken`; `held` by another, who wakes the others when it is over; `changed`: there is another entry than the one that was
 * read; `unkept`: what is loaded is not kept at present, so nobody waits for anybody.
 */
export type LeaseReply = 'taken' | 'held' | 'changed' | 'unkept';

/** Who in the fleet loads a key. */
export interface RedisLeases {
  take(address: Address, claim: LeaseClaim): Promise<LeaseReply | Failure>;
  /** @returns whether it is still the token's. */
  renew(address: Address, token: string): Promise<boolean | Failure>;
  /** Does nothing where it is no longer the token's. `unkept` lets everybody load by themselves for a while. */
  release(address: Address, token: string, outcome: 'free' | 'unkept'): Promise<unknown | Failure>;
}

export interface RedisLeasesOptions {
  readonly keys: CacheKeys;
  readonly state: RedisState;
  readonly apply: ApplyChange;
}

export function createRedisLeases({ keys, state, apply }: RedisLeasesOptions): RedisLeases {
  return {
    async take(address, { token, header }) {
      const reply = await state.watch(
        apply({
          verb: 'lease',
          keys: [keys.lease(address), keys.entry(address)],
          values: [token, LEASE_TTL_MS, header],
        }),
      );
      return reply as LeaseReply | Failure;
    },

    async renew(address, token) {
      const renewed = await state.watch(
        apply({ verb: 'renew', keys: [keys.lease(address)], values: [token, LEASE_TTL_MS] }),
      );
      return isFailure(renewed) ? renewed : Number(renewed) === 1;
    },

    release: (address, token, outcome) =>
      state.watch(
        apply({
          verb: 'release',
          keys: [keys.lease(address)],
          values: [token, outcome === 'unkept' ? LEASE_TTL_MS : 0, wakeMessage(address.id)],
        }),
      ),
  };
}
