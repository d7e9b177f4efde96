import { eventually, frameworks, type RedisServer, startRedis } from '@breakwater/testkit';
import fastifyCookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import expressSession from 'express-session';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSessionStore } from '../../src/index.ts';
import { SECRET } from '../login-app.ts';

let server: RedisServer;
let redis: Redis;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url, { retryStrategy: () => 20 });
  redis.on('error', () => {});
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

describe.each(frameworks)('the store without our door, in the session plugin of $name', (framework) => {
  async function serveVisits(): Promise<{ url: string; close(): Promise<void> }> {
    const store = createSessionStore({ redis, secret: SECRET, deadlineMs: '10s' });
    return framework.serve({
      express(app) {
        app.use(expressSession({ store, secret: SECRET, resave: false, saveUninitialized: false }));
        app.get('/', (req, res) => {
          req.session.note = `${req.session.note ?? ''}x`;
          res.json({ note: req.session.note });
        });
      },
      async fastify(app) {
        await app.register(fastifyCookie);
        await app.register(fastifySession, { store, secret: SECRET, cookie: { secure: false } });
        app.get('/', async ({ session }) => {
          session.note = `${session.note ?? ''}x`;
          return { note: session.note };
        });
      },
    });
  }

  it('keeps a session, and answers 503 with Retry-After while Redis is away', async () => {
    const app = await serveVisits();
    await eventually(() => redis.status === 'ready');
    const first = await fetch(app.url);
    // The plugin of Express sends the headers before the session is saved, and the end of the body after it.
    await first.text();
    const headers = { cookie: String(first.headers.getSetCookie()[0]?.split(';')[0]) };
    expect(await (await fetch(app.url, { headers })).json()).toEqual({ note: 'xx' });

    await server.kill();
    await eventually(() => redis.status !== 'ready');
    const during = await fetch(app.url, { headers });
    await server.restart();
    await app.close();

    expect(during.status).toBe(503);
    expect(during.headers.get('retry-after')).toBe('5');
    expect(during.headers.getSetCookie()).toEqual([]);
  });
});
