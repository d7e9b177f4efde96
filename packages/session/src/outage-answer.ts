import { createProblem, OUTAGE_RETRY_AFTER_SECONDS, PROBLEM_TYPE } from '@breakwater/core/http';
import { SessionUnavailableError } from './errors.ts';

/** What `onOutage: 'unavailable'` answers, in either framework. */
export const outageAnswer = createOutageAnswer(new SessionUnavailableError());

function createOutageAnswer({ statusCode, code, headers, message }: SessionUnavailableError) {
  const problem = createProblem(statusCode, code, 'Sessions are unavailable', {
    detail: message,
    retryAfterSeconds: OUTAGE_RETRY_AFTER_SECONDS,
  });
  return Object.freeze({
    status: statusCode,
    headers: { ...headers, 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store' },
    // Bytes, because Fastify puts a charset behind the content type of a text.
    body: Buffer.from(JSON.stringify(problem)),
  });
}
