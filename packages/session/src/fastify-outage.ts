import type { FastifySessionObject, SessionStore as FastifySessionStore } from '@fastify/session';
import { SessionUnavailableError } from './errors.ts';
import type { SessionStore } from './session-store.ts';

const OUTAGE = Object.freeze({});
const MARKED_SESSION = Object.freeze({ cookie: Object.freeze({ originalMaxAge: null }), outage: OUTAGE });

/**
 * The store as @fastify/session is given it. That plugin fails a request whose session cannot be read, and has no way
 * around it but the data it restores a session from: so an outage travels there, for {@link isOutage} to find.
 */
export function withOutageMark(store: SessionStore): FastifySessionStore {
  return {
    get(id, callback) {
      store.get(id, (error, found) => {
        if (error instanceof SessionUnavailableError) callback(null, MARKED_SESSION);
        else callback(error, found);
      });
    },
    set: (id, session, callback) => store.set(id, session, callback),
    destroy: (id, callback) => store.destroy(id, callback),
  };
}

export function isOutage(session: object): boolean {
  return 'outage' in session && session.outage === OUTAGE;
}

/**
 * An empty session that lives as long as the request: what asks the store fails. @fastify/session neither saves one
 * without an id nor sets or clears a cookie for it.
 */
export function createDetachedSession(): FastifySessionObject {
  return Object.assign(Object.create(DETACHED_METHODS), { cookie: { originalMaxAge: null } });
}

async function unavailable(...given: unknown[]): Promise<void> {
  const error = new SessionUnavailableError();
  const callback = given.at(-1);
  if (typeof callback !== 'function') throw error;
  callback(error);
}

function ignore(): void {}

const DETACHED_METHODS = {
  sessionId: '',
  encryptedSessionId: '',
  save: unavailable,
  reload: unavailable,
  destroy: unavailable,
  regenerate: unavailable,
  touch: ignore,
  options: ignore,
  isModified: () => false,
  isSaved: () => false,
  get(this: Record<string, unknown>, field: string): unknown {
    return this[field];
  },
  set(this: Record<string, unknown>, field: string, value: unknown): void {
    this[field] = value;
  },
};
