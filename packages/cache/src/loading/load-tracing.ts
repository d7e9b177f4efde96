import { type TracingChannel, tracingChannel } from 'node:diagnostics_channel';

/** What subscribers of `tracing:breakwater:cache:load:*` get; Node adds `result` or `error`. */
export interface LoadTrace {
  /** Empty for the cache itself. */
  readonly space: string;
  /** More than one where one run of a batch loader loads them all. */
  readonly keys: readonly string[];
}

// Of the process, as diagnostics channels are.
const channel: TracingChannel<unknown, LoadTrace> = tracingChannel('breakwater:cache:load');

/** Runs `load`, and tells those who trace loads; without them it costs a look. */
export function traceLoad<Result>(
  space: string,
  keys: readonly string[],
  load: () => Result | Promise<Result>,
): Result | Promise<Result> {
  return channel.hasSubscribers ? channel.tracePromise(async () => load(), { space, keys }) : load();
}
