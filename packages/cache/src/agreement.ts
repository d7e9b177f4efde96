import type { Duration } from '@breakwater/core';
import type { Announcer } from './announcer.ts';
import type { Bus } from './bus.ts';
import type { Cache } from './cache.ts';
import { checks } from './errors.ts';
import type { Replay } from './replay.ts';
import { encodeToken, parseToken } from './token.ts';

/** What instances can know of each other: who has applied what, and up to where. */
export type Agreement = Pick<Cache, 'ack' | 'token' | 'demand'>;

export interface AgreementOptions {
  readonly announcer: Announcer;
  /** Without one there is nobody to agree with. */
  readonly bus: Bus | undefined;
  readonly replay: Replay;
}

const MAX_WITHIN_MS = 60_000;

export function createAgreement({ announcer, bus, replay }: AgreementOptions): Agreement {
  const within = (duration: Duration) => checks.duration('within', duration, { max: MAX_WITHIN_MS });

  return {
    async ack(options) {
      const withinMs = within(options?.within);
      if (!bus) return { applied: [], missing: [] };
      // What Redis has not taken yet, nobody has heard of.
      if (!(await replay.settle())) return { applied: [], missing: bus.live() };
      return bus.ask(withinMs);
    },
    token: () => encodeToken({ publisher: announcer.publisher, sequence: announcer.published }),
    async demand(token, options) {
      const milestone = parseToken(token);
      const withinMs = within(options?.within);
      if (milestone.publisher === announcer.publisher || milestone.sequence === 0) return true;
      return bus ? bus.demand(milestone, withinMs) : false;
    },
  };
}
