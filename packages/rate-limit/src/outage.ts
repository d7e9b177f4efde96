import type { Emitter } from '@breakwater/core';
import type { RateLimitEvents } from './events.ts';

/** Whether Redis answered last time, and how often it did not. */
export interface Outage {
  readonly isDown: boolean;
  readonly errors: number;
  failed(error: unknown): void;
  answered(): void;
}

export function createOutage(emitter: Emitter<RateLimitEvents>): Outage {
  let downSinceMs: number | undefined;
  let errors = 0;
  return {
    get isDown() {
      return downSinceMs !== undefined;
    },
    get errors() {
      return errors;
    },
    failed(error) {
      errors += 1;
      if (downSinceMs !== undefined) return;
      downSinceMs = performance.now();
      emitter.emit('redis:down', { code: codeOf(error) });
    },
    answered() {
      if (downSinceMs === undefined) return;
      const downMs = performance.now() - downSinceMs;
      downSinceMs = undefined;
      emitter.emit('redis:up', { downMs });
    },
  };
}

/** Our errors and Node's carry a code; a Redis error begins with one (`OOM command not allowed …`). */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return /^[A-Z]+\b/.exec(error.message)?.[0] ?? error.name;
}
