import { eventually, frameworks, type RedisServer, startRedis } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SessionOptions } from '../../src/express.ts';
import { createSessionStore } from '../../src/index.ts';
import { type Answer, createGate, type Gate, type LoginApp, serveLoginApp } from '../login-app.ts';

/** What is dead says so at once; only what is silent is found by a deadline. */
const PATIENT = '10s';
const DEADLINE_MS = 1000;

let server: RedisServer;
let redis: Redis;
const open: LoginApp[] = [];

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url, { retryStrategy: () => 20 });
  redis.on('error', () => {});
});

beforeEach(async () => {
  await eventually(() => redis.status === 'ready');
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()));
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

/** Kills Redis, waits until the client knows, and brings it back whatever `during` does. */
async function whileKilled(during: () => Promise<void>): Promise<void> {
  await server.kill();
  try {
    await eventually(() => redis.status !== 'ready');
    await during();
  } finally {
    await server.restart();
  }
}

async function whileFrozen(during: () => Promise<void>): Promise<void> {
  server.freeze();
  try {
    await during();
  } finally {
    server.thaw();
  }
}

describe.each(frameworks)('sessions on $name', (framework) => {
  async function start(options: Partial<SessionOptions> = {}, gate?: Gate): Promise<LoginApp> {
    const app = await serveLoginApp(framework, { redis, deadlineMs: PATIENT, ...options }, gate);
    open.push(app);
    return app;
  }

  it('ask Redis nothing for a visitor without a session cookie', async () => {
    const app = await start();
    await redis.config('RESETSTAT');

    for (const cookie of [undefined, 'theme=dark', 'sid=garbage', 'sid=s:not.signed']) {
      expect((await app.call('GET /me', cookie)).status).toBe(200);
    }

    const called = [...(await redis.info('commandstats')).matchAll(/cmdstat_([^:]+):/g)].map(([, name]) => name);
    // The store of an earlier test may still ask whether its outage is over.
    expect(called.filter((name) => name !== 'ping')).toEqual(['config|resetstat']);
  });

  it('work again with the old cookie after Redis was silent, whose visitors were anonymous meanwhile', async () => {
    const app = await start({ deadlineMs: DEADLINE_MS });
    const { cookie } = await app.call('POST /login');

    await whileFrozen(async () => {
      const answer = await app.call('GET /me', cookie);
      expect(answer).toMatchObject({ status: 200, body: { unavailable: true }, setCookies: [] });
      expect(answer.body.userId).toBeUndefined();
    });

    await eventually(async () => expect((await app.call('GET /me', cookie)).body.userId).toBe('ada'));
  });

  it('fail no request while Redis is killed under load and started again', async () => {
    const app = await start();
    const { cookie } = await app.call('POST /login');
    const answers: Answer[] = [];
    let loaded = true;
    async function visit(visitor: string | undefined): Promise<void> {
      while (loaded) answers.push(await app.call('GET /me', visitor));
    }
    const visits = [undefined, undefined, cookie, cookie, cookie].map(visit);

    await eventually(() => answers.length > 20);
    await whileKilled(async () => {
      const isUnavailable = ({ body }: Answer) => body.unavailable === true;
      await eventually(() => answers.filter(isUnavailable).length > 20);
      expect(answers.flatMap(({ setCookies }) => setCookies)).toEqual([]);
    });
    await eventually(async () => expect((await app.call('GET /me', cookie)).body.unavailable).toBe(false));
    loaded = false;
    await Promise.all(visits);

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });

  it('neither log in nor out while Redis is away, and say so with a code', async () => {
    const app = await start();
    const { cookie } = await app.call('POST /login');

    await whileKilled(async () => {
      for (const visitor of [undefined, cookie]) {
        const login = await app.call('POST /login', visitor);
        expect(login).toMatchObject({ status: 503, body: { code: 'ERR_SESSION_UNAVAILABLE' }, setCookies: [] });
        const saved = await app.call('POST /save', visitor);
        expect(saved).toMatchObject({ status: 200, body: { code: 'ERR_SESSION_UNAVAILABLE' }, setCookies: [] });
      }
      expect((await app.call('POST /logout', cookie)).body).toMatchObject({ code: 'ERR_SESSION_UNAVAILABLE' });
      expect((await app.call('POST /reload', cookie)).body).toMatchObject({ code: 'ERR_SESSION_UNAVAILABLE' });
    });
  });

  it('answer as if nothing had been written, and send no cookie, where a new session could not be saved', async () => {
    const app = await start();
    const { cookie } = await app.call('POST /login');

    await whileKilled(async () => {
      for (const visitor of [undefined, cookie]) {
        const answer = await app.call('POST /note?text=lost', visitor);
        expect(answer).toMatchObject({ status: 200, body: { note: 'lost' }, setCookies: [] });
      }
    });
  });

  it('answer as usual when Redis goes away between reading a session and saving it', async () => {
    const gate = createGate();
    const app = await start({ deadlineMs: DEADLINE_MS }, gate);
    const { cookie } = await app.call('POST /login');
    const reached = gate.reached();
    const slow = app.call('POST /slow', cookie);
    await reached;

    await whileFrozen(async () => {
      gate.open();
      expect(await slow).toMatchObject({ status: 200, body: {}, setCookies: [] });
    });

    await eventually(async () => expect((await app.call('GET /me', cookie)).body.userId).toBe('ada'));
  });

  it("answer 503 where told 'unavailable', but not to visitors without a session", async () => {
    const app = await start({ onOutage: 'unavailable' });
    const { cookie } = await app.call('POST /login');

    await whileKilled(async () => {
      expect((await app.call('GET /me')).status).toBe(200);

      for (const answer of [await app.call('GET /me', cookie), await app.call('POST /note?text=lost')]) {
        expect(answer).toMatchObject({
          status: 503,
          setCookies: [],
          body: { type: 'urn:breakwater:problem:ERR_SESSION_UNAVAILABLE', status: 503, retryAfterSeconds: 5 },
        });
        expect(answer.headers.get('content-type')).toBe('application/problem+json');
        expect(answer.headers.get('retry-after')).toBe('5');
        expect(answer.headers.get('cache-control')).toBe('no-store');
      }
    });
  });
});

describe('a store', () => {
  it('says that an outage is over without traffic, for an instance may get none while it lasts', async () => {
    const store = createSessionStore({ redis, secret: 'a-secret-of-this-test-a-secret-of-this-test' });
    const heard: string[] = [];
    store.events.on('outage:began', () => heard.push('began'));
    store.events.on('outage:ended', () => heard.push('ended'));
    await whileKilled(async () => {
      store.get('any', () => {});
      await eventually(() => heard.length === 1);
    });
    await eventually(() => heard.length === 2);
    expect(heard).toEqual(['began', 'ended']);
  });
});
