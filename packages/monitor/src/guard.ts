import type { Emitter } from '@breakwater/core';
import type { MonitorEvents } from './events.ts';
import type { MonitorMetrics } from './metrics/monitor-metrics.ts';
import type { Authorize } from './options.ts';

/** Whether a request may see a guarded page. Nothing but `true` from `authorize` opens; every asking is counted. */
export type Guard<Request> = (path: string, request: Request) => Promise<boolean>;

export function createGuard<Request>(
  authorize: Authorize<Request> | undefined,
  metrics: MonitorMetrics,
  events: Emitter<MonitorEvents>,
): Guard<Request> {
  return async function mayEnter(path, request) {
    try {
      if ((await authorize?.(request)) === true) {
        metrics.asked('allowed');
        return true;
      }
      metrics.asked('denied');
      events.emit('request:denied', { path });
    } catch (error) {
      metrics.asked('error');
      events.emit('authorize:failed', { path, error });
    }
    return false;
  };
}
