import { type Deadline, RedisDeadlineError, RedisUnavailableError } from '@breakwater/core/redis';
import { failureKind } from './failure.ts';
import type { Lanes } from './lanes.ts';

/** Asks Redis with one PING whether it is back. Resolves when it is, rejects by the deadline otherwise. */
export async function probe(lanes: Lanes, deadline: Deadline): Promise<void> {
  const lane = lanes.leastBusy();
  if (lane === undefined) throw new RedisUnavailableError('no connection');
  try {
    await deadline.guard(lane.commands.ping());
  } catch (error) {
    if (error instanceof RedisDeadlineError) lane.replace(`it was silent for ${deadline.ms} ms`);
    // Who may not PING has an answer all the same; the circuit must not stay open for it.
    if (failureKind(error) !== 'reply') throw error;
  }
}
