declare module 'express-session' {
  interface SessionData {
    /** When the session began, milliseconds since the epoch. Set by the store; absent until the first save. */
    bornAt?: number;
  }
}

/**
 * What the store knows of a session; all else in it is the application's. Not express-session's own type, to which the
 * application may have added fields that it requires.
 */
export interface LiveSession {
  readonly cookie: object;
  readonly bornAt?: number;
}

export interface StoredSession extends LiveSession {
  readonly bornAt: number;
}

export interface Lifetimes {
  /** How long a session lives after it was last used. */
  readonly idleMs: number;
  /** How long it lives after its beginning, however much it is used. */
  readonly absoluteMs: number;
}

/** When a session began. One that does not say so begins now, and none begins in the future. */
export function birthOf(session: { readonly bornAt?: unknown }, now: number): number {
  const { bornAt } = session;
  return typeof bornAt === 'number' && bornAt <= now ? bornAt : now;
}

/** How long a session that is used `now` may live on; zero or less where its absolute lifetime is over. */
export function timeLeftMs(bornAt: number, now: number, { idleMs, absoluteMs }: Lifetimes): number {
  return Math.min(idleMs, bornAt + absoluteMs - now);
}

/** Whether what a tier handed out is a session; it may have been written by anybody who holds the secret. */
export function isStoredSession(value: unknown): value is StoredSession {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const { bornAt, cookie } = value as { bornAt?: unknown; cookie?: unknown };
  return typeof bornAt === 'number' && cookie !== null && typeof cookie === 'object';
}
