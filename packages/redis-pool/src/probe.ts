import { RedisUnavailableError } from '@breakwater/core/redis';
import type { Ask } from './ask.ts';
import type { ProbeOutcome } from './circuit.ts';
import { failureKind } from './failure.ts';

/** Asks Redis with one PING whether it is back. Settles by the deadline. */
export async function probe(ask: Ask): Promise<ProbeOutcome> {
  try {
    await ask((client) => client.ping());
    return 'answered';
  } catch (error) {
    if (error instanceof RedisUnavailableError) return 'unsent';
    // Who may not PING has an answer all the same; the circuit must not stay open for it.
    return failureKind(error) === 'reply' ? 'answered' : 'silent';
  }
}
