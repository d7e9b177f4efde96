import type { NextFunction, Request, Response } from 'express';
import type { Account, Role } from '../accounts/accounts.ts';
import { loginRequired, roleRequired, sessionsUnavailable } from '../errors.ts';

declare module 'express-session' {
  interface SessionData {
    /** Who is logged in; absent for a stranger. */
    account?: Account;
  }
}

/** Lets whoever is logged in pass; others get a 401, and while sessions cannot be read, a 503 that says so. */
export function requireLogin(request: Request, _response: Response, next: NextFunction): void {
  if (request.sessionUnavailable) throw sessionsUnavailable();
  if (!request.session.account) throw loginRequired();
  next();
}

/** Lets accounts of one role pass. */
export function requireRole(role: Role) {
  return function requireThatRole(request: Request, response: Response, next: NextFunction): void {
    requireLogin(request, response, () => {
      if (!hasRole(request, role)) throw roleRequired(role);
      next();
    });
  };
}

export function hasRole(request: Request, role: Role): boolean {
  return accountOf(request)?.role === role;
}

/** Who is logged in. A request for no path (`OPTIONS *`) has no session: its cookie's path is not that of any. */
export function accountOf({ session }: Partial<Pick<Request, 'session'>>): Account | undefined {
  return session?.account;
}
