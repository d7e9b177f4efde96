import type { BackgroundWork } from '@breakwater/core';
import { createWakes, type Wakes } from '../bus/wakes.ts';
import type { Address } from '../entries/address.ts';
import { LEASE_TTL_MS, type LeaseClaim, type LeaseReply, type RedisLeases } from '../redis/redis-leases.ts';
import { type Failure, isFailure } from '../redis/redis-state.ts';

/** This process's right to be the only one of the fleet that loads a key; renewed until it is over. */
export interface Lease extends LeaseClaim {
  /**
   * @param isVain is asked now and then whether the value will not be kept anyway: then others need not wait, and it
   * is released.
   */
  watchOver(isVain: () => boolean): void;
  /** It ended in Redis, with a commit. */
  end(): void;
  /**
   * Ends it in Redis, unless it has ended. `unkept`: what was loaded is not kept, so others need not wait for each
   * other.
   */
  release(outcome: 'free' | 'unkept'): void;
}

/** The leases of this process. */
export interface Leases extends Wakes {
  /** @param header as in {@link LeaseClaim}. */
  take(address: Address, header: Buffer): Promise<Lease | Exclude<LeaseReply, 'taken'> | Failure>;
  /** Releases the leases of loads that an invalidation has overtaken. */
  releaseVain(): void;
  /** Releases all of them before the process ends, so that others need not wait until they have run out. */
  releaseAll(): void;
}

export interface LeasesOptions {
  readonly redis: RedisLeases;
  readonly newToken: () => string;
  readonly background: BackgroundWork;
}

const RENEWAL_MS = LEASE_TTL_MS / 3;

interface HeldLease {
  readonly lease: Lease;
  isVain: () => boolean;
  renew(): Promise<void>;
}

export function createLeases({ redis, newToken, background }: LeasesOptions): Leases {
  const held = new Set<HeldLease>();
  let timer: NodeJS.Timeout | undefined;

  function releaseVain(): void {
    for (const { lease, isVain } of held) if (isVain()) lease.release('free');
  }

  function releaseAll(): void {
    for (const { lease } of held) lease.release('free');
  }

  function stopTimer(): void {
    clearInterval(timer);
    timer = undefined;
  }

  function renewAll(): void {
    releaseVain();
    // Called in one turn, they share their script calls.
    for (const { renew } of held) background.run('renewal of a lease', renew);
  }

  function hold(address: Address, claim: LeaseClaim): Lease {
    const { token } = claim;
    const entry: HeldLease = {
      isVain: () => false,
      async renew() {
        // Lost: another may have it. What is loaded is kept if nobody else has begun to load it.
        if ((await redis.renew(address, token)) === false) leave();
      },
      lease: {
        ...claim,
        watchOver(isVain) {
          entry.isVain = isVain;
        },
        end: leave,
        release(outcome) {
          if (!held.has(entry)) return;
          leave();
          background.run('release of a lease', () => redis.release(address, token, outcome));
        },
      },
    };

    function leave(): void {
      held.delete(entry);
      if (held.size === 0) stopTimer();
    }

    held.add(entry);
    timer ??= setInterval(renewAll, RENEWAL_MS).unref();
    return entry.lease;
  }

  return {
    ...createWakes(),
    async take(address, header) {
      const claim = { token: newToken(), header };
      const reply = await redis.take(address, claim);
      return isFailure(reply) || reply !== 'taken' ? reply : hold(address, claim);
    },
    releaseVain,
    releaseAll,
  };
}
