import { createAutocannon } from './autocannon.ts';
import type { LoadGenerator } from './load-generator.ts';
import { findWrk } from './wrk.ts';

/** wrk where the machine has it: it costs less CPU, which the server would miss on a small machine. */
export function chooseLoadGenerator(): LoadGenerator {
  return findWrk() ?? createAutocannon();
}
