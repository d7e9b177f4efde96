import { createManualClock, type Framework, frameworks } from '@breakwater/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import type { SessionOptions } from '../src/express.ts';
import { createSessionStore } from '../src/index.ts';
import { createGate, type Gate, type LoginApp, SECRET, serveLoginApp } from './login-app.ts';
import { MINUTE_MS } from './store-contract.ts';

const open: LoginApp[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()));
});

describe.each(frameworks)('the session door on $name', (framework) => {
  async function start(options: Partial<SessionOptions> = {}, gate?: Gate): Promise<LoginApp> {
    const app = await serveLoginApp(framework, options, gate);
    open.push(app);
    return app;
  }

  it('gives an anonymous visitor a session to write to, and neither a cookie nor a record for reading it', async () => {
    const store = createSessionStore();
    const app = await start({ store });

    const answer = await app.call('GET /me');

    expect(answer).toMatchObject({ status: 200, body: { unavailable: false }, setCookies: [] });
    expect(store.stats()).toMatchObject({ reads: 0, writes: 0, touches: 0 });
  });

  it('keeps a login, and sends its cookie once', async () => {
    const app = await start();

    const login = await app.call('POST /login');
    const first = await app.call('GET /me', login.cookie);
    const second = await app.call('GET /me', login.cookie);

    expect(login.setCookies).toHaveLength(1);
    expect(first).toMatchObject({ body: { userId: 'ada' }, setCookies: [] });
    expect(second).toMatchObject({ body: { userId: 'ada' }, setCookies: [] });
  });

  it('sends a cookie that scripts cannot read, for this host, for the time the browser runs', async () => {
    const { setCookies } = await (await start()).call('POST /login');

    expect(setCookies[0]).toMatch(/^sid=s(:|%3A)[\w%+/.-]+; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  it('sends the cookie with the attributes it was told', async () => {
    const cookie = { name: 'login', path: '/', domain: 'example.com', sameSite: 'strict', secure: false } as const;
    const { setCookies } = await (await start({ cookie })).call('POST /login');

    expect(setCookies[0]).toMatch(/^login=s/);
    expect(setCookies[0]?.split('; ').slice(1).sort()).toEqual(
      ['Domain=example.com', 'HttpOnly', 'Path=/', 'SameSite=Strict'].sort(),
    );
  });

  it('sends no cookie over HTTP that must be secure', async () => {
    const login = await (await start({ cookie: { secure: true } })).call('POST /login');

    expect(login).toMatchObject({ status: 200, setCookies: [] });
  });

  it('gives the login an id of its own and forgets the one before', async () => {
    const app = await start();
    const before = await app.call('POST /note?text=hello');

    const login = await app.call('POST /login', before.cookie);

    expect(login.cookie).not.toBe(before.cookie);
    expect((await app.call('GET /me', before.cookie)).body).toEqual({ unavailable: false });
    expect((await app.call('GET /me', login.cookie)).body.userId).toBe('ada');
  });

  it('treats the cookie of a logged out session as no session', async () => {
    const app = await start();
    const { cookie } = await app.call('POST /login');

    await app.call('POST /logout', cookie);

    expect((await app.call('GET /me', cookie)).body).toEqual({ unavailable: false });
  });

  it('gives a client with a stale cookie a new id when there is something to keep', async () => {
    const app = await start();
    const { cookie: stale } = await app.call('POST /login');
    await app.call('POST /logout', stale);

    const login = await app.call('POST /login', stale);

    expect(login.cookie).not.toBe(stale);
    expect((await app.call('GET /me', login.cookie)).body.userId).toBe('ada');
    expect((await app.call('GET /me', stale)).body.userId).toBeUndefined();
  });

  it('asks the store nothing about a cookie whose signature is wrong', async () => {
    const store = createSessionStore();
    const app = await start({ store });
    const { cookie } = await app.call('POST /login');
    const reads = store.stats().reads;

    const forged = await app.call('GET /me', `${cookie?.slice(0, -3)}AAA`);

    expect(forged.body.userId).toBeUndefined();
    expect(store.stats().reads).toBe(reads);
  });

  it('accepts cookies signed with an earlier secret', async () => {
    const store = createSessionStore();
    const { cookie } = await (await start({ store })).call('POST /login');

    const rotated = await start({ store, secret: ['the-new-secret-the-new-secret-the-new-secret', SECRET] });

    expect((await rotated.call('GET /me', cookie)).body.userId).toBe('ada');
  });

  it('does not let a slow request bring a session back that was logged out meanwhile', async () => {
    const gate = createGate();
    const app = await start({}, gate);
    const { cookie } = await app.call('POST /login');

    const reached = gate.reached();
    const slow = app.call('POST /slow', cookie);
    await reached;
    await app.call('POST /logout', cookie);
    gate.open();

    expect((await slow).status).toBe(200);
    expect((await app.call('GET /me', cookie)).body).toEqual({ unavailable: false });
  });

  it('writes a session that changed, once, and only touches one that did not', async () => {
    const store = createSessionStore();
    const app = await start({ store });
    const { cookie } = await app.call('POST /note?text=one');
    const before = store.stats();

    await app.call('GET /me', cookie);
    expect(store.stats()).toMatchObject({ writes: before.writes, touches: before.touches + 1 });
    await app.call('POST /note?text=two', cookie);

    expect(store.stats()).toMatchObject({ writes: before.writes + 1, touches: before.touches + 1 });
    expect((await app.call('GET /me', cookie)).body.note).toBe('two');
  });

  it('ends a session that is not used, and counts idle time from the last request', async () => {
    const clock = createManualClock();
    const app = await start({ clock, idle: '30m' });
    const { cookie } = await app.call('POST /login');

    for (const _request of [1, 2, 3]) {
      clock.advance(29 * MINUTE_MS);
      expect((await app.call('GET /me', cookie)).body.userId).toBe('ada');
    }
    clock.advance(30 * MINUTE_MS);

    expect((await app.call('GET /me', cookie)).body.userId).toBeUndefined();
  });

  it('ends a session at its absolute lifetime, however often it was read and written', async () => {
    const clock = createManualClock();
    const app = await start({ clock, idle: '30m', absolute: '1h' });
    const { cookie } = await app.call('POST /login');

    for (const _request of [1, 2]) {
      clock.advance(29 * MINUTE_MS);
      expect((await app.call('GET /me', cookie)).body.userId).toBe('ada');
      await app.call('POST /note?text=here', cookie);
    }
    clock.advance(2 * MINUTE_MS);

    expect((await app.call('GET /me', cookie)).body.userId).toBeUndefined();
  });

  it.each(['a client without a session', 'a client with one'])(
    'fails a request that keeps what JSON cannot hold, of %s, and nothing else',
    async (client) => {
      const app = await start();
      const { cookie } = await app.call('POST /login');
      const answer = await app.call('POST /circle', client === 'a client with one' ? cookie : undefined);
      expect(answer.status).toBe(500);
      expect(answer.setCookies).toEqual([]);
      expect((await app.call('GET /me', cookie)).body.userId).toBe('ada');
    },
  );

  it('saves and reloads when asked to', async () => {
    const app = await start();

    const saved = await app.call('POST /save');

    expect(saved.body).toEqual({ code: null });
    expect((await app.call('POST /reload', saved.cookie)).body).toEqual({ code: null });
    expect((await app.call('GET /me', saved.cookie)).body.note).toBe('saved');
  });
});

it('a session made under Express lives on under Fastify, and back', async () => {
  const [express4, express5, fastify] = frameworks as [Framework, Framework, Framework];
  const store = createSessionStore();
  const apps = await Promise.all([express4, fastify, express5].map((framework) => serveLoginApp(framework, { store })));
  open.push(...apps);
  const [first, second, third] = apps as [LoginApp, LoginApp, LoginApp];

  const { cookie } = await first.call('POST /login');
  await second.call('POST /note?text=moved', cookie);

  expect((await third.call('GET /me', cookie)).body).toMatchObject({ userId: 'ada', note: 'moved' });
});
