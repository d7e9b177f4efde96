import type { Request, Response } from 'express';
import { SessionUnavailableError } from './errors.ts';
import type { SessionStore } from './session-store.ts';

/** What a door does where a response cannot end as the application ended it. */
export interface CommitFailures {
  /** The session is not kept. Says whether the response is answered, or goes on. */
  onUnavailable(): 'answered' | 'go on';
  /** The session cannot be kept, by the application's mistake: it holds what JSON cannot. */
  onUnserializable(error: unknown): void;
}

/**
 * Saves a session that is new to the client before the response begins. express-session sends the headers, the cookie
 * among them, before its own save has ended, so it could announce a session that was never stored.
 */
export function commitBeforeHeaders(
  request: Request,
  response: Response,
  store: SessionStore,
  { onUnavailable, onUnserializable }: CommitFailures,
): void {
  const idBefore = request.sessionID;
  const end = response.end;
  let ending = false;

  function endOnceCommitted(...body: unknown[]): Response {
    if (ending) return response;
    ending = true;
    const finish = () => {
      response.end = end;
      try {
        Reflect.apply(end, response, body);
      } catch (error) {
        // express-session takes a response for ended that it failed to end, and nobody else could end it any more.
        onUnserializable(error);
      }
    };
    if (response.headersSent || !isNewToClient(request, idBefore)) {
      finish();
      return response;
    }
    store.commit(request.sessionID, request.session).then(finish, (error: unknown) => {
      response.end = end;
      if (!(error instanceof SessionUnavailableError)) onUnserializable(error);
      else if (onUnavailable() === 'go on') finish();
    });
    return response;
  }

  // By its name: V8 makes a function that is written as a property's value old from birth, and with it, until the next
  // full collection, the whole request.
  response.end = endOnceCommitted;
}

/** Whether express-session would send a cookie: a session never read, and filled or made by `regenerate`. */
function isNewToClient({ session, sessionID }: Request, idBefore: string): boolean {
  if (!session || session.bornAt !== undefined) return false;
  return sessionID !== idBefore || Object.keys(session).some((field) => field !== 'cookie');
}
