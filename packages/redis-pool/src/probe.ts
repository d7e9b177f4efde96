import { type Deadline, RedisDeadlineError, RedisUnavailableError } from '@breakwater/core/redis';
import type { Redis } from 'ioredis';
import type { Ask } from './ask.ts';
import type { ProbeOutcome } from './circuit.ts';
import { failureKind } from './failure.ts';

/** Asks Redis with one PING whether it is back. Settles by the deadline. */
export async function probe(ask: Ask): Promise<ProbeOutcome> {
  try {
    await ask((client) => client.ping());
    return 'answered';
  } catch (error) {
    return error instanceof RedisUnavailableError ? 'unsent' : outcomeOf(error);
  }
}

/** The same of one node of a Cluster, to which ioredis may have to connect first. */
export async function probeNode(node: Redis, deadline: Deadline): Promise<ProbeOutcome> {
  const isConnected = node.status === 'ready';
  try {
    await deadline.guard(node.ping());
    return 'answered';
  } catch (error) {
    const isRefused = !isConnected && !(error instanceof RedisDeadlineError) && failureKind(error) === 'connection';
    return isRefused ? 'unsent' : outcomeOf(error);
  }
}

/** Who may not PING has an answer all the same; the circuit must not stay open for it. */
function outcomeOf(error: unknown): ProbeOutcome {
  return failureKind(error) === 'reply' ? 'answered' : 'silent';
}
