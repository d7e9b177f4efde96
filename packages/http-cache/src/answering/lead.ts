import type { Shared } from '../filling/intake.ts';
import { standsIn } from '../filling/standby.ts';
import type { ResolvedOptions } from '../options/options.ts';
import { varyValues } from '../rules/vary.ts';
import type { Place, Selected } from '../stored/place.ts';
import type { ResponseStore } from '../stored/response-store.ts';
import { type Decisions, forwardReason } from './decisions.ts';
import { flyForFleet } from './fleet-flight.ts';
import type { Flight, Flights } from './flights.ts';
import type { Course, Job } from './job.ts';

/**
 * Has a request fill, unless another process does: then what that has filled is served.
 *
 * @param limitMs the wait for that other process.
 * @returns `undefined` where the request starts over.
 */
export type Lead = (
  job: Job,
  place: Place,
  tags: readonly string[],
  limitMs: number | undefined,
) => Course | Promise<Course | undefined>;

export interface LeadTools {
  readonly options: ResolvedOptions;
  readonly decisions: Decisions;
  readonly store: ResponseStore;
  readonly flights: Flights<Shared>;
}

/** @param look into all tiers. */
export function createLead(
  { options, decisions, store, flights }: LeadTools,
  look: (job: Job) => Promise<Place>,
): Lead {
  const { clock, maxWaitMs } = options;

  async function claimed(
    job: Job,
    place: Place,
    tags: readonly string[],
    limitMs: number,
    flight: Flight<Shared>,
  ): Promise<Course | undefined> {
    const slot = await store.claim(place, tags, Math.min(limitMs, maxWaitMs));
    if (!slot) return serveFilled(job, place, flight);
    const { claim } = slot;
    const spare = claim?.right === 'late' ? instead(job, place) : undefined;
    if (spare) {
      flight.land({ kind: 'failed' });
      return spare;
    }
    if (claim?.right === 'unkept') flight.land({ kind: 'each' });
    const filled = { ...place, slot };
    if (claim?.right !== 'lease') return { kind: 'fill', place: filled, flight };
    job.counters.fleetFills += 1;
    return { kind: 'fill', place: filled, flight: flyForFleet(flight, claim, maxWaitMs) };
  }

  /** What another process has filled is shared with those who wait in this one. */
  async function serveFilled(job: Job, place: Place, flight: Flight<Shared>): Promise<Course | undefined> {
    const found = await look(job);
    const decision = decisions.afterLook(job, found.selected);
    if (decision?.kind !== 'serve') {
      flight.land({ kind: 'again' });
      return undefined;
    }
    const varyNames = found.record?.names ?? [];
    const { selected } = decision;
    job.counters.filledElsewhere += 1;
    flight.land({
      kind: 'shared',
      value: { selected, varyNames, varyValues: varyValues(varyNames, job.request.headers) },
    });
    return serveShared(place, selected, clock.now());
  }

  /** A request of the cache's own need not run the handler while another process does: nobody gets its answer. */
  function instead({ isRefresh }: Job, place: Place): Course | undefined {
    const nowMs = clock.now();
    return isRefresh && place.selected ? serveShared(place, place.selected, nowMs) : standIn(place, nowMs);
  }

  return function lead(job, place, tags, limitMs = maxWaitMs) {
    const flight = flights.lead(place.key);
    if (place.slot) return { kind: 'fill', place, flight };
    return claimed(job, place, tags, limitMs, flight).catch((error: unknown) => {
      flight.land({ kind: 'failed' });
      throw error;
    });
  };
}

/** What another request, or another process, has filled. */
export function serveShared(place: Place, selected: Selected, nowMs: number): Course {
  return { kind: 'serve', selected, forwarded: forwardReason(place, nowMs) };
}

/** What is stale, where that is allowed (RFC 5861 §4). */
export function standIn({ selected }: Place, nowMs: number): Course | undefined {
  return selected && standsIn(selected, nowMs) ? { kind: 'stand-in', selected } : undefined;
}
