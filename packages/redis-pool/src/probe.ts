import { type Deadline, RedisDeadlineError } from '@breakwater/core/redis';
import type { ProbeOutcome } from './circuit.ts';
import { failureKind } from './failure.ts';
import type { Lanes } from './lanes.ts';

/** Asks Redis with one PING, on the lane with the least in flight, whether it is back. Settles by the deadline. */
export async function probe(lanes: Lanes, deadline: Deadline): Promise<ProbeOutcome> {
  const lane = lanes.leastBusy();
  if (lane === undefined) return 'unsent';
  // Counted, so that several probes take a lane each.
  lane.inFlight += 1;
  const answer = lane.commands.ping().finally(() => {
    lane.inFlight -= 1;
  });
  try {
    await deadline.guard(answer);
    return 'answered';
  } catch (error) {
    if (error instanceof RedisDeadlineError) lane.replace(`it was silent for ${deadline.ms} ms`);
    // Who may not PING has an answer all the same; the circuit must not stay open for it.
    return failureKind(error) === 'reply' ? 'answered' : 'silent';
  }
}
