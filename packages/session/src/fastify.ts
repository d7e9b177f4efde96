import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import fastifyCookie from '@fastify/cookie';
import fastifySession, { type FastifySessionObject } from '@fastify/session';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { fastifyPlugin } from 'fastify-plugin';
import { resolveDoorOptions, type SessionOptions } from './door-options.ts';
import { SessionUnavailableError } from './errors.ts';
import { createDetachedSession, isOutage, withOutageMark } from './fastify-outage.ts';
import { outageAnswer } from './outage-answer.ts';

export type { OutagePolicy, SessionCookieOptions, SessionOptions } from './door-options.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Redis was away when the session was read: `session` is an empty one that will not be stored. */
    sessionUnavailable: boolean;
  }
  interface Session {
    /** When the session began, milliseconds since the epoch. Set by the store; absent until the first save. */
    bornAt?: number;
  }
}

/**
 * @fastify/session over a Breakwater store: `app.register(session({ redis, secret }))`.
 *
 * @throws OptionError `ERR_SESSION_OPTION`
 */
export function session(options: SessionOptions): FastifyPluginAsync {
  const { store, secrets, onOutage, cookieName, cookie } = resolveDoorOptions(options);
  const touch = promisify(store.touch.bind(store));

  async function detachInOutage(request: FastifyRequest, reply: FastifyReply) {
    if (!isOutage(request.session)) return;
    request.sessionUnavailable = true;
    request.session = createDetachedSession();
    if (onOutage === 'unavailable') return reply.send(outageOf(reply));
  }

  async function commitOrTouch(session: FastifySessionObject): Promise<void> {
    if (session.isModified()) await store.commit(session.sessionId, session);
    else if (!isNew(session)) await touch(session.sessionId, session);
  }

  /** Runs before @fastify/session's own save, which knows no touch, and fails the request where it fails. */
  async function finish(request: FastifyRequest, reply: FastifyReply, payload: unknown) {
    const { session } = request;
    if (!session?.sessionId || !mayCarryCookie(request)) return payload;
    try {
      await commitOrTouch(session);
    } catch (error) {
      if (!(error instanceof SessionUnavailableError)) throw error;
      request.session = createDetachedSession();
      if (isNew(session) && onOutage === 'unavailable') return outageOf(reply, payload);
    }
    return payload;
  }

  return fastifyPlugin(
    async function sessionPlugin(app) {
      app.decorateRequest('sessionUnavailable', false);
      app.addHook('onSend', finish);
      if (!app.hasPlugin('@fastify/cookie')) await app.register(fastifyCookie);
      await app.register(fastifySession, {
        store: withOutageMark(store),
        cookie,
        cookieName,
        // As in express-session's cookies, so that an application may move from one framework to the other.
        cookiePrefix: 's:',
        secret: [...secrets],
        // The store keeps both lifetimes, so a session is touched, not saved again.
        rolling: false,
        saveUninitialized: false,
      });
      app.addHook('onRequest', detachInOutage);
    },
    { name: '@breakwater/session', fastify: '5.x' },
  );
}

/** Whether the client has yet to be told of the session: it was never read. */
function isNew({ bornAt }: FastifySessionObject): boolean {
  return bornAt === undefined;
}

function mayCarryCookie({ session, protocol }: FastifyRequest): boolean {
  return session.cookie.secure !== true || protocol === 'https';
}

/** Makes a reply the outage's, in place of whatever it was going to be, and returns its body. */
function outageOf(reply: FastifyReply, replaced?: unknown): Buffer {
  if (replaced instanceof Readable) replaced.destroy();
  for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name);
  reply.code(outageAnswer.status).headers(outageAnswer.headers);
  return outageAnswer.body;
}
