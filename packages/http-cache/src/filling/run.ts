import type { InputWatch } from '../guard/input-watch.ts';
import type { Conditions } from '../rules/conditional.ts';
import type { Accepted, FillJob, FillTools, Intake } from './intake.ts';
import type { LeavingHead } from './response-head.ts';
import type { Standby } from './standby.ts';

/** One run of a handler, whose response is stored if it may be. */
export interface Run {
  readonly job: FillJob;
  readonly tools: FillTools;
  readonly intake: Intake;
  readonly leaving: LeavingHead;
  /** The client's, withheld from the handler. */
  readonly conditions: Conditions;
  readonly standby: Standby | undefined;
  readonly watch: InputWatch | undefined;
  awaited: Awaited | undefined;
}

/** What was accepted with the head and is stored when the body is complete. */
export interface Awaited {
  readonly accepted: Accepted;
  readonly status: number;
  /** A flat list. */
  readonly headers: readonly string[];
  readonly declaredBytes: number | undefined;
  readonly clientSeconds: number | undefined;
  /** The cache's own, of a body that was there with the head. */
  ownTag: string | undefined;
}
