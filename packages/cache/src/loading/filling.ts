import type { CommitOptions } from '../options/call-options.ts';

/** A place for a value, taken before the work that makes it. */
export interface Reservation<Value = unknown> {
  /**
   * Stores the value unless its key or one of its tags was invalidated since the reservation was taken.
   *
   * @param options what is known only now: times in place of the reservation's, tags in addition to them.
   * @returns whether the value was kept.
   */
  commit(value: Value, options?: CommitOptions): Promise<boolean>;
}

/**
 * Why this process may fill a key. `'lease'`: it alone in the fleet, for as long as it holds the lease. `'unkept'`:
 * the last value was not to be kept, so every process makes its own, and waits for nobody. `'late'`: another process
 * is still filling the key, and the wait is over. `'no-fleet'`: there is no Redis, it does not answer, or the
 * policy's `load.lease` is `'process'`.
 */
export type FillingRight = 'lease' | 'unkept' | 'late' | 'no-fleet';

/** A {@link Reservation} that others wait for, until it is committed or abandoned: one of the two must be called. */
export interface Filling<Value = unknown> extends Reservation<Value> {
  readonly right: FillingRight;
  /**
   * There will be no value. `'failed'`: the next of those who wait is to make one. `'unkept'`: the value is not to be
   * kept, so all who wait make their own. Does nothing after a commit.
   */
  abandon(because: 'failed' | 'unkept'): void;
}
