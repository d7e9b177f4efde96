import type { Clock, Emitter } from '@breakwater/core';
import type { SessionEvents } from './events.ts';

/** Turns the outcomes of single Redis calls into the two events of an outage. */
export interface OutageWatch {
  answered(): void;
  failed(error: unknown): void;
}

export function createOutageWatch(clock: Clock, events: Emitter<SessionEvents>): OutageWatch {
  let beganAt: number | undefined;
  return {
    answered() {
      if (beganAt === undefined) return;
      const outageMs = clock.now() - beganAt;
      beganAt = undefined;
      events.emit('outage:ended', { outageMs });
    },
    failed(error) {
      if (beganAt !== undefined) return;
      beganAt = clock.now();
      events.emit('outage:began', { reason: error instanceof Error ? error.message : String(error) });
    },
  };
}
