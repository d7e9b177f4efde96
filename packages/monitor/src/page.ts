import type { MonitorRequest } from './monitor-request.ts';
import type { MonitorResponse } from './responses.ts';

/** What a monitor answers under one path. */
export interface Page {
  /** Whether `authorize` is asked before anything is said. */
  readonly guarded: boolean;
  /** HEAD goes with GET. */
  readonly method: 'GET' | 'POST';
  answer(asked: MonitorRequest<unknown>): MonitorResponse | Promise<MonitorResponse>;
}
