import type { Duration } from '@breakwater/core';
import type { Entry } from '../entries/entry.ts';
import type { WriteOptions } from '../options/call-options.ts';

/** A place for a value, taken before the work that makes it. */
export interface Reservation<Value = unknown> {
  /**
   * Stores the value unless its key or one of its tags was invalidated since the reservation was taken.
   *
   * @param options what is known only now: times before those the reservation was taken with, tags beside those.
   * @returns whether the value was kept.
   */
  commit(value: Value, options?: CommitOptions): Promise<boolean>;
}

export type CommitOptions = Pick<WriteOptions, 'ttl' | 'staleWhileRevalidate' | 'staleIfError' | 'tags'>;

/**
 * What makes a place one process's to fill. `'lease'`: nobody else in the fleet does meanwhile. `'unkept'`: what was made last
 * was not to be kept, so everybody makes their own, and waits for nobody. `'late'`: another process is still at it, and the
 * wait is over. `'no-fleet'`: there is no Redis, it does not answer, or the policy's loads are each process's own.
 */
export type FillingRight = 'lease' | 'unkept' | 'late' | 'no-fleet';

/** A {@link Reservation} that others wait for, until it is committed or abandoned: one of the two must be called. */
export interface Filling<Value = unknown> extends Reservation<Value> {
  readonly right: FillingRight;
  /**
   * There will be no value: `'failed'` lets the next of those who wait make one, `'unkept'` says that it is not to be kept, and
   * lets all of them make their own. Does nothing after a commit.
   */
  abandon(because: 'failed' | 'unkept'): void;
}

export interface FillOptions<PolicyName extends string = string> extends WriteOptions<PolicyName> {
  /** The entry that is to be replaced though it is fresh. @default none */
  readonly over?: Entry<unknown>;
  /** The longest wait for another process that fills the key. @default the policy's `load.leaseWait` */
  readonly leaseWait?: Duration;
}
