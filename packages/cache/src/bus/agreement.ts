import type { Duration } from '@breakwater/core';
import { checks } from '../errors.ts';
import type { Announcer } from './announcer.ts';
import type { Bus } from './bus.ts';
import type { Acknowledgement } from './questions.ts';
import { encodeToken, parseToken } from './token.ts';

/** What instances can ask of each other: who has applied what, and up to where. */
export interface Agreement {
  /**
   * Asks the other instances whether they have applied everything that this one has announced so far, and waits
   * `within` a time (at most a minute) for all that are alive. An instance that ended without `close` counts as
   * alive, and so as missing, for 15 heartbeats. An instance that has just begun first waits until it hears the others;
   * one that hears nobody in that time (`bus.connected` of its `stats()`) knows of those alone that it has heard before.
   */
  ack(options: { readonly within: Duration }): Promise<Acknowledgement>;

  /**
   * A short text that stands for everything this instance has written and invalidated so far. After {@link
   * Agreement.demand} of it on another instance, that one's reads find what was written here.
   */
  token(): string;

  /**
   * Makes sure that this instance has heard everything that the token stands for, so that it serves nothing older: at
   * once where that was heard already, else by one read of Redis.
   *
   * @returns false where that cannot be had `within` the time (at most a minute); what is read then may be older.
   * @throws CacheInputError `ERR_CACHE_TOKEN` for what is no token.
   */
  demand(token: string, options: { readonly within: Duration }): Promise<boolean>;
}

export interface AgreementOptions {
  readonly announcer: Announcer;
  /** Without one there is nobody to agree with. */
  readonly bus: Bus | undefined;
  /** Sends what Redis has not taken yet. @returns whether nothing is left. */
  readonly settle: () => Promise<boolean>;
}

const MAX_WITHIN_MS = 60_000;

export function createAgreement({ announcer, bus, settle }: AgreementOptions): Agreement {
  function withinMsOf(options: { readonly within: Duration }): number {
    checks.known('options', options, ['within']);
    return checks.duration('within', options.within, { max: MAX_WITHIN_MS });
  }

  return {
    async ack(options) {
      const withinMs = withinMsOf(options);
      if (!bus) return { applied: [], missing: [] };
      // What Redis does not take, nobody hears of.
      if (!(await settle())) return { applied: [], missing: bus.live() };
      return bus.ask(withinMs);
    },
    token: () => encodeToken({ publisher: announcer.publisher, sequence: announcer.published }),
    async demand(token, options) {
      const milestone = parseToken(token);
      const withinMs = withinMsOf(options);
      if (milestone.publisher === announcer.publisher || milestone.sequence === 0) return true;
      return bus ? bus.demand(milestone, withinMs) : false;
    },
  };
}
