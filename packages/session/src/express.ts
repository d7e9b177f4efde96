import type { NextFunction, Request, RequestHandler, Response } from 'express';
import expressSession from 'express-session';
import { resolveDoorOptions, type SessionOptions } from './door-options.ts';
import { SessionUnavailableError } from './errors.ts';
import { commitBeforeHeaders } from './express-commit.ts';
import { abandonSession, detachSession, forgetSession, sendOutage } from './express-outage.ts';

export type { OutagePolicy, SessionCookieOptions, SessionOptions } from './door-options.ts';

declare global {
  namespace Express {
    interface Request {
      /** Redis was away when the session was read: `session` is an empty one that will not be stored. */
      sessionUnavailable?: boolean;
    }
  }
}

/**
 * express-session over a Breakwater store: `app.use(session({ redis, secret }))`, after `compression()` if there is one.
 *
 * @throws OptionError `ERR_SESSION_OPTION`
 */
export function session(options: SessionOptions): RequestHandler {
  const { store, secrets, onOutage, cookieName, cookie } = resolveDoorOptions(options);
  const load = expressSession({
    store,
    cookie,
    name: cookieName,
    secret: [...secrets],
    // The store keeps both lifetimes, so a session is touched, not saved again, and its cookie sent once.
    resave: false,
    rolling: false,
    saveUninitialized: false,
  });

  function onUnavailable(request: Request, response: Response): 'answered' | 'go on' {
    forgetSession(request);
    if (onOutage === 'anonymous') return 'go on';
    sendOutage(response);
    return 'answered';
  }

  function proceed(request: Request, response: Response, next: NextFunction, end: Response['end'], error: unknown) {
    if (!error) {
      commitBeforeHeaders(request, response, store, {
        onUnavailable: () => onUnavailable(request, response),
        onUnserializable(cause) {
          abandonSession(request, response, end);
          next(cause);
        },
      });
      next();
    } else if (!(error instanceof SessionUnavailableError)) {
      next(error);
    } else if (onOutage === 'unavailable') {
      sendOutage(response);
    } else {
      detachSession(request);
      next();
    }
  }

  return function sessionMiddleware(request: Request, response: Response, next: NextFunction): void {
    let loaded = false;
    const { end } = response;
    load(request, response, (error?: unknown) => {
      if (!loaded) {
        loaded = true;
        proceed(request, response, next, end, error);
        return;
      }
      // express-session reports a failed save or touch here as well, after the response: too late for anybody.
      if (!(error instanceof SessionUnavailableError)) next(error);
    });
  };
}
