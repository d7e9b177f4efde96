import type { Slot } from '../stored/place.ts';
import type { Flight } from './flights.ts';

/**
 * The flight of a fill that other processes wait for as well: they are told with those of this one. What is shared they find
 * where they look, so a commit has told them already.
 *
 * @param maxWaitMs nobody waits for longer, so a handler that hangs keeps the place from the others no longer either.
 */
export function flyForFleet<Shared>(
  flight: Flight<Shared>,
  claim: NonNullable<Slot['claim']>,
  maxWaitMs: number,
): Flight<Shared> {
  const limit = setTimeout(claim.abandon, maxWaitMs, 'failed').unref();
  return {
    land(landing) {
      clearTimeout(limit);
      flight.land(landing);
      claim.abandon(landing.kind === 'shared' || landing.kind === 'each' ? 'unkept' : 'failed');
    },
  };
}
