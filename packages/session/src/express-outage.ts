import type { Request, Response } from 'express';
import { Cookie, type SessionData, Store } from 'express-session';
import { SessionUnavailableError } from './errors.ts';
import { outageAnswer } from './outage-answer.ts';

type Fail = (error: SessionUnavailableError) => void;

/** The store of a request whose session cannot be had: everything asked of it fails, and nothing is waited for. */
class UnavailableStore extends Store {
  override get = (_id: string, callback: Fail) => fail(callback);
  override set = (_id: string, _session: unknown, callback?: Fail) => fail(callback);
  override destroy = (_id: string, callback?: Fail) => fail(callback);
  override regenerate = (_request: unknown, callback: Fail) => fail(callback);
}

function fail(callback?: Fail): void {
  if (callback) process.nextTick(callback, new SessionUnavailableError());
}

const unavailableStore = new UnavailableStore();

/** Gives a request an empty session that lives as long as the request and is never stored. */
export function detachSession(request: Request): void {
  forgetSession(request);
  request.sessionUnavailable = true;
  Object.assign(request, { sessionStore: unavailableStore });
  unavailableStore.createSession(request, { cookie: new Cookie() } as SessionData);
}

/** Without an id, express-session neither saves nor touches the request's session nor sets a cookie for it. */
export function forgetSession(request: Request): void {
  Object.assign(request, { sessionID: undefined });
}

/** Takes the response from express-session, so that the application's error handling can answer; `end` is from before it. */
export function abandonSession(request: Request, response: Response, end: Response['end']): void {
  forgetSession(request);
  response.end = end;
  if (response.headersSent) return;
  // Said of the body that is not sent.
  for (const name of ['content-length', 'etag']) response.removeHeader(name);
}

/** In place of whatever the response was going to be. */
export function sendOutage(response: Response): void {
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.status(outageAnswer.status).set(outageAnswer.headers).end(outageAnswer.body);
}
