import { BreakwaterError, createOptionChecks } from '@breakwater/core';
import { OUTAGE_RETRY_AFTER_SECONDS } from '@breakwater/core/http';

export const checks = createOptionChecks('SESSION');

/**
 * The session could not be read, saved or destroyed, because Redis did not do it. `statusCode` and `headers` make
 * Express's and Fastify's own error handlers answer 503 where nobody catches it.
 */
export class SessionUnavailableError extends BreakwaterError {
  override readonly name = 'SessionUnavailableError';
  readonly statusCode = 503;
  readonly headers = Object.freeze({ 'retry-after': String(OUTAGE_RETRY_AFTER_SECONDS) });

  constructor(options?: { cause?: unknown }) {
    super('ERR_SESSION_UNAVAILABLE', 'Sessions are unavailable: Redis did not answer. Try again later.', options);
  }
}
