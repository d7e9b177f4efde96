import { type Deadline, RedisDeadlineError, RedisUnavailableError } from '@breakwater/core/redis';
import type { Client } from './clients.ts';
import { RedisConnectionLostError } from './errors.ts';
import { failureKind } from './failure.ts';
import type { Lanes } from './lanes.ts';

/** Puts a question of the pool's own to Redis. It is in no statistics, and means nothing to the circuit. */
export type Ask = <Answer>(question: (client: Client) => Promise<Answer>) => Promise<Answer>;

/**
 * Asks on the lane with the least in flight, and settles by the deadline. A lane that was silent till then is replaced.
 * Without a lane it rejects with {@link RedisUnavailableError}.
 */
export function createAsk(lanes: Lanes, deadline: Deadline): Ask {
  return async (question) => {
    const lane = lanes.leastBusy();
    if (lane === undefined) throw new RedisUnavailableError('no connection');
    // Counted, so that several questions take a lane each.
    lane.inFlight += 1;
    const askedAt = performance.now();
    const answer = question(lane.client).finally(() => {
      lane.inFlight -= 1;
    });
    try {
      return await deadline.guard(answer);
    } catch (error) {
      if (error instanceof RedisDeadlineError) {
        lane.replaceIfSilent(askedAt, `it was silent for ${deadline.ms} ms`);
        throw error;
      }
      throw failureKind(error) === 'connection' ? new RedisConnectionLostError({ cause: error }) : error;
    }
  };
}
