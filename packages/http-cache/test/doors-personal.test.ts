import { frameworks } from '@breakwater/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import type { RoutePolicyOptions } from '../src/index.ts';
import { send, statusOf } from './http-client.ts';
import { type App, type AppSettings, type Call, serveApp } from './small-app.ts';

let app: App;
afterEach(() => app.close());

describe.each(frameworks)('what is somebody’s own, on $name', (framework) => {
  let runs = 0;

  async function start(
    handle: (call: Call) => void | Promise<void> = (call) => call.json({ run: runs }),
    settings: Partial<AppSettings> = {},
    policy: Partial<RoutePolicyOptions<never>> = {},
  ): Promise<string> {
    runs = 0;
    const counted = (call: Call) => {
      runs += 1;
      return handle(call);
    };
    app = await serveApp(framework, {
      routes: [{ path: '/page', policy: { ttl: '5s', ...policy }, handle: counted }],
      ...settings,
    });
    return `${app.url}/page`;
  }

  async function ask(url: string, headers: Record<string, string> = {}) {
    const reply = await send(url, { headers });
    await app.httpCache.close();
    return reply;
  }

  const personal: [string, Record<string, string>, string][] = [
    ['an Authorization header', { authorization: 'Bearer x' }, 'authorization'],
    ['a session cookie', { cookie: 'theme=dark; connect.sid=s%3A1' }, 'session'],
    ['a session that holds a user', { 'x-log-in': 'ada' }, 'session'],
    ['the application’s own mark', { 'x-mine': '1' }, 'personal'],
    ['no-store', { 'cache-control': 'no-store' }, 'no-store'],
    ['a precondition', { 'if-match': '"a"' }, 'precondition'],
  ];
  it.each(personal)('a request with %s is neither served from the cache nor stored', async (_what, headers, reason) => {
    const url = await start(undefined, {
      options: {
        personal: (request: { headers: Record<string, string> }) => request.headers['x-mine'] === '1',
      } as never,
      before(call, session) {
        if (call.headers['x-log-in']) session({ cookie: {}, user: call.headers['x-log-in'] });
      },
    });
    expect((await ask(url, headers)).text).toBe('{"run":1}');
    expect((await ask(url)).text).toBe('{"run":2}');
    const mine = await ask(url, headers);
    expect(mine.text).toBe('{"run":3}');
    expect(statusOf(mine)).toBe(`breakwater; fwd=bypass; detail=${reason}`);
    expect((await ask(url)).text).toBe('{"run":2}');
    expect(app.httpCache.stats().policies['/page']?.bypass).toEqual({ [reason]: 2 });
  });

  it('a response is not stored for a session that was loaded only behind the cache', async () => {
    const url = await start(
      (call) => {
        call.header('Cache-Control', 'public, max-age=60');
        call.json({ run: runs });
      },
      {
        inside(call, session) {
          if (call.headers.cookie === 'who=ada') session({ cookie: {}, user: 'ada' });
        },
      },
    );
    expect(statusOf(await ask(url, { cookie: 'who=ada' }))).toBe('breakwater; fwd=uri-miss; detail=session');
    expect((await ask(url)).text).toBe('{"run":2}');
    expect((await ask(url)).text).toBe('{"run":2}');
    expect(app.httpCache.stats().policies['/page']?.notStored).toEqual({ session: 1 });
  });

  it('a user who was found out in front of the cache, or only behind it, is somebody', async () => {
    const findOut = (call: Call) => call.headers['x-key'] && call.put({ user: { name: call.headers['x-key'] } });
    for (const [where, status] of [
      ['before', 'breakwater; fwd=bypass; detail=user'],
      ['inside', 'breakwater; fwd=uri-miss; detail=user'],
    ] as const) {
      const url = await start(undefined, { [where]: findOut, options: { guard: { mode: 'off' } } });
      const own = await ask(url, { 'x-key': 'ada' });
      expect([statusOf(own), own.headers['cache-control']]).toEqual([status, 'private, no-store']);
      expect((await ask(url)).text).toBe('{"run":2}');
      expect(statusOf(await ask(url))).toContain('hit');
      if (where === 'before') await app.close();
    }
  });

  it('an empty session and cookies of other kinds are nobody’s', async () => {
    const url = await start(undefined, { before: (_call, session) => session({ cookie: {} }) });
    await ask(url, { cookie: '_ga=1' });
    expect(statusOf(await ask(url, { cookie: 'theme=dark' }))).toContain('hit');
  });

  it('a policy for everyone serves those who are logged in as well', async () => {
    const url = await start(undefined, {}, { audience: 'everyone' });
    await ask(url, { authorization: 'Bearer x' });
    expect((await ask(url, { authorization: 'Bearer y', cookie: 'connect.sid=1' })).text).toBe('{"run":1}');
  });

  const unstorable: [string, (call: Call) => void][] = [
    ['set-cookie', (call) => call.header('Set-Cookie', [`id=${runs}`])],
    ['private', (call) => call.header('Cache-Control', 'private, max-age=60')],
    ['no-store', (call) => call.header('Cache-Control', 'no-store')],
    ['no-cache', (call) => call.header('Cache-Control', 'no-cache')],
    ['vary', (call) => call.header('Vary', '*')],
    ['status', (call) => call.status(404)],
    ['status', (call) => call.status(500)],
  ];
  it.each(unstorable)('a response is not stored for %s', async (reason, mark) => {
    const url = await start((call) => {
      mark(call);
      call.text(`run ${runs}`);
    });
    const first = await ask(url);
    expect(statusOf(first)).toBe(`breakwater; fwd=uri-miss; detail=${reason}`);
    const isFailure = first.status === 500;
    const second = await ask(url);
    expect(second.text).toBe('run 2');
    // A failure may be over with the next request; the rest is expected of the next response too.
    expect(statusOf(second)).toBe(
      isFailure ? `breakwater; fwd=uri-miss; detail=${reason}` : 'breakwater; fwd=bypass; detail=uncacheable',
    );
    expect(app.httpCache.stats().policies['/page']?.notStored).toEqual({ [reason]: isFailure ? 2 : 1 });
  });

  it('what is one caller’s alone says so to other caches, where its handler says nothing', async () => {
    const url = await start((call) => {
      if (call.headers['x-new'] !== undefined) call.header('Set-Cookie', [`id=${runs}`]);
      if (call.headers['x-says'] !== undefined) call.header('Cache-Control', 'private, max-age=9');
      call.text('page');
    });
    const controlOf = async (headers: Record<string, string>) => (await ask(url, headers)).headers['cache-control'];
    expect(await controlOf({})).toBe('public, max-age=5');
    const own: Record<string, string>[] = [{ authorization: 'Bearer x' }, { cookie: 'sid=1' }];
    for (const headers of own) {
      expect(await controlOf(headers)).toBe('private, no-store');
      expect(await controlOf({ ...headers, 'x-says': '1' })).toBe('private, max-age=9');
    }
    await app.httpCache.purge({ all: true });
    // The first of them is looked at, the next pass by, or ran at the same time.
    for (const _ of ['looked at', 'passed by']) expect(await controlOf({ 'x-new': '1' })).toBe('private, no-store');
    expect(await controlOf({ 'x-new': '1', 'x-says': '1' })).toBe('private, max-age=9');
  });

  it('a redirect to the login page does not become the page', async () => {
    const url = await start((call) => {
      if (runs === 1) {
        call.header('Location', '/login');
        call.status(302);
      }
      call.text(`run ${runs}`);
    });
    expect((await ask(url)).status).toBe(302);
    expect((await ask(url)).text).toBe('run 2');
  });

  it('a handler that fails gives its error to its own caller alone', async () => {
    const url = await start((call) => {
      if (runs === 1) throw new Error('first');
      call.text('fine');
    });
    expect((await ask(url)).status).toBe(500);
    expect((await ask(url)).text).toBe('fine');
    expect(statusOf(await ask(url))).toContain('hit');
  });

  it('no cookie reaches two of 100 anonymous callers at once', async () => {
    const url = await start(async (call) => {
      const run = runs;
      await new Promise((resolve) => setTimeout(resolve, 5));
      call.header('Set-Cookie', [`visitor=${run}`]);
      call.text(`for ${run}`);
    });
    const replies = await Promise.all(Array.from({ length: 100 }, () => send(url)));
    const cookies = replies.map((reply) => String(reply.headers['set-cookie']));
    expect(new Set(cookies).size).toBe(100);
    expect(new Set(replies.map((reply) => reply.text)).size).toBe(100);
    for (const reply of replies) {
      expect(`visitor=${reply.text.slice(4)}`).toBe(String(reply.headers['set-cookie']));
      expect(reply.headers['cache-control']).toBe('private, no-store');
    }
  });

  it.each(['setHeader', 'appendHeader'] as const)(
    'a cookie that is set when the head is on its way, by %s as a session does, is not for other caches',
    async (set) => {
      let cookies = 0;
      const url = await start(undefined, {
        wrap: {
          outside(headers, response) {
            const { writeHead } = response;
            response.writeHead = ((...head: unknown[]) => {
              if (!headers['x-known']) {
                cookies += 1;
                response[set]('Set-Cookie', `visitor=${cookies}`);
              }
              return Reflect.apply(writeHead, response, head);
            }) as typeof writeHead;
          },
        },
      });
      const [filled, hit, known] = [await ask(url), await ask(url), await ask(url, { 'x-known': '1' })];
      expect([filled.headers['set-cookie'], hit.headers['set-cookie']]).toEqual([['visitor=1'], ['visitor=2']]);
      expect(statusOf(hit)).toContain('hit');
      for (const { headers } of [filled, hit]) expect(headers['cache-control']).toBe('private, no-store');
      expect(known.headers).toMatchObject({ 'cache-control': 'public, max-age=5' });
      expect(known.headers).not.toHaveProperty('set-cookie');
    },
  );

  it('a guard in front of the policy is asked for hits as well', async () => {
    const url = await start(undefined, {
      before(call) {
        if (call.headers['x-blocked']) throw new Error('blocked');
      },
    });
    await ask(url);
    expect((await ask(url, { 'x-blocked': '1' })).status).toBe(500);
    expect(statusOf(await ask(url))).toContain('hit');
  });
});
