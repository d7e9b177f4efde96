import { EventEmitter, once } from 'node:events';
import type { Framework, RunningServer } from '@breakwater/testkit';
import type { Request, Response } from 'express';
import { session as expressSession, type SessionOptions } from '../src/express.ts';
import { session as fastifySession } from '../src/fastify.ts';

declare module 'express-session' {
  interface SessionData {
    note?: string;
  }
}

declare module 'fastify' {
  interface Session {
    userId?: string;
    note?: string;
  }
}

export const SECRET = 'a-secret-of-this-test-a-secret-of-this-test';

export interface LoginApp extends RunningServer {
  /** Calls a route as a client with this cookie; the cookie of the answer is what it sets, without its attributes. */
  call(route: string, cookie?: string): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
  readonly setCookies: string[];
  readonly cookie: string | undefined;
}

/** Holds `POST /slow` between its reading of the session and its end. */
export interface Gate {
  /** Emits `reached` from the route and `opened` from the test. */
  readonly signals: EventEmitter;
}

export function createGate() {
  const signals = new EventEmitter();
  return { signals, reached: () => once(signals, 'reached'), open: () => signals.emit('opened') };
}

async function pass(gate: Gate | undefined): Promise<void> {
  gate?.signals.emit('reached');
  if (gate) await once(gate.signals, 'opened');
}

/** The same small application on either framework, written as the README tells. */
export async function serveLoginApp(framework: Framework, options: Partial<SessionOptions> = {}, gate?: Gate) {
  const given: SessionOptions = { secret: SECRET, ...options };
  const server = await framework.serve({
    express(app) {
      app.use(expressSession(given));
      app.get('/me', (req, res) => {
        res.json({ userId: req.session.userId, note: req.session.note, unavailable: req.sessionUnavailable ?? false });
      });
      app.post('/login', (req, res, next) => {
        req.session.regenerate((lost) => {
          if (lost) return next(lost);
          req.session.userId = 'ada';
          res.json({ userId: 'ada' });
        });
      });
      app.post('/note', (req, res) => {
        req.session.note = String(req.query.text);
        res.json({ note: req.session.note });
      });
      app.post('/circle', (req, res) => {
        Object.assign(req.session, { circle: [req.session] });
        res.json({});
      });
      app.post('/save', (req, res) => {
        req.session.note = 'saved';
        req.session.save((lost) => void res.json({ code: lost?.code ?? null }));
      });
      app.post('/reload', (req, res) => {
        req.session.reload((lost) => void res.json({ code: lost?.code ?? null }));
      });
      app.post('/logout', (req, res, next) => {
        req.session.destroy((lost) => (lost ? next(lost) : res.json({})));
      });
      app.post('/slow', async (req: Request, res: Response) => {
        await pass(gate);
        req.session.note = 'late';
        res.json({});
      });
      app.use((error: { code?: string; statusCode?: number }, _req: Request, res: Response, _next: unknown) => {
        res.status(error.statusCode ?? 500).json({ code: error.code });
      });
    },
    async fastify(app) {
      await app.register(fastifySession(given));
      app.get('/me', async (request) => ({
        userId: request.session.userId,
        note: request.session.note,
        unavailable: request.sessionUnavailable,
      }));
      app.post('/login', async (request) => {
        await request.session.regenerate();
        request.session.userId = 'ada';
        return { userId: 'ada' };
      });
      app.post<{ Querystring: { text: string } }>('/note', async (request) => {
        request.session.note = request.query.text;
        return { note: request.session.note };
      });
      app.post('/circle', async (request) => {
        Object.assign(request.session, { circle: [request.session] });
        return {};
      });
      app.post('/save', async (request) => {
        request.session.set('note', 'saved');
        return { code: await request.session.save().then(() => null, codeOf) };
      });
      app.post('/reload', async (request) => {
        return { code: await request.session.reload().then(() => null, codeOf) };
      });
      app.post('/logout', async (request) => {
        await request.session.destroy();
        return {};
      });
      app.post('/slow', async (request) => {
        await pass(gate);
        request.session.note = 'late';
        return {};
      });
    },
  });
  return { ...server, call: (route: string, cookie?: string) => call(server.url, route, cookie) } satisfies LoginApp;
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}

async function call(url: string, route: string, cookie: string | undefined): Promise<Answer> {
  const [method, path] = route.split(' ');
  const response = await fetch(`${url}${path}`, { method, headers: cookie ? { cookie } : {} });
  const setCookies = response.headers.getSetCookie();
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
    setCookies,
    cookie: setCookies.at(-1)?.split(';')[0],
  };
}
