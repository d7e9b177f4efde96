import type { Request, Response } from 'express';
import type { SessionStore } from './session-store.ts';

/**
 * Saves a session that is new to the client before the response begins. express-session sends the headers, the cookie
 * among them, before its own save has ended, so it could announce a session that was never stored.
 *
 * @param onFailure says whether it has answered itself, or the response goes on as the application ended it.
 */
export function commitBeforeHeaders(
  request: Request,
  response: Response,
  store: SessionStore,
  onFailure: (error: unknown) => 'answered' | 'go on',
): void {
  const idBefore = request.sessionID;
  const end = response.end;
  let ending = false;

  response.end = function endOnceCommitted(...body: unknown[]) {
    if (ending) return response;
    ending = true;
    const finish = () => {
      response.end = end;
      Reflect.apply(end, response, body);
    };
    if (response.headersSent || !isNewToClient(request, idBefore)) {
      finish();
      return response;
    }
    store.commit(request.sessionID, request.session).then(finish, (error) => {
      response.end = end;
      if (onFailure(error) === 'go on') finish();
    });
    return response;
  };
}

/** Whether express-session would send a cookie: a session never read, and filled or made by `regenerate`. */
function isNewToClient({ session, sessionID }: Request, idBefore: string): boolean {
  if (!session || session.bornAt !== undefined) return false;
  return sessionID !== idBefore || Object.keys(session).some((field) => field !== 'cookie');
}
