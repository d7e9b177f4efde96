import { createCache } from '@breakwater/cache';
import { createManualClock, frameworks } from '@breakwater/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import type { RoutePolicyOptions } from '../src/index.ts';
import { type Reply, send, statusOf } from './http-client.ts';
import { type App, type Call, serveApp } from './small-app.ts';

let app: App;
afterEach(() => app.close());

describe.each(frameworks)('a policy’s lifetimes, on $name', (framework) => {
  const clock = createManualClock();
  let runs = 0;

  async function start(handle: (call: Call) => void, policy: Omit<RoutePolicyOptions<never>, 'ttl'>): Promise<string> {
    runs = 0;
    const counted = (call: Call) => {
      runs += 1;
      handle(call);
    };
    app = await serveApp(framework, {
      routes: [{ path: '/page', policy: { ttl: '60s', ...policy }, handle: counted }],
      cache: createCache({ clock }),
      options: { clock, uncacheableFor: 1 },
    });
    return `${app.url}/page`;
  }

  async function ask(url: string, headers = {}): Promise<Reply> {
    const reply = await send(url, { headers });
    await app.httpCache.close();
    clock.advance(1);
    return reply;
  }

  describe('by status', () => {
    const statuses = { '404': '10s', '4xx': '5s', '301': '20s', '204': '5s', '503': '2s' } as const;
    it.each([
      [404, 10],
      [410, 5],
      [301, 20],
      [204, 5],
      [503, 2],
    ])('a %i is stored for %i s, and says so', async (status, seconds) => {
      const url = await start(
        (call) => {
          call.status(status);
          if (status === 301) call.header('Location', '/there');
          call.text(status === 204 ? '' : 'no');
        },
        { statuses, staleIfError: '60s', staleWhileRevalidate: '60s' },
      );
      const miss = await ask(url);
      expect(miss.status).toBe(status);
      expect(miss.headers['cache-control']).toBe(`public, max-age=${seconds}`);
      clock.advance(seconds * 1000 - 3);
      const hit = await ask(url);
      expect(statusOf(hit)).toContain('; hit;');
      expect([hit.status, hit.text, hit.headers.location]).toEqual([status, miss.text, miss.headers.location]);
      clock.advance(2);
      expect(statusOf(await ask(url))).not.toContain('hit');
      expect(runs).toBe(2);
    });

    it.each([500, 429, 401, 403, 302, 206, 412, 416])('a %i is not', async (status) => {
      const url = await start(
        (call) => {
          call.status(status);
          call.text('no');
        },
        { statuses },
      );
      expect(statusOf(await ask(url))).toContain('detail=status');
      await ask(url);
      expect(runs).toBe(2);
    });

    it('a 404 with Set-Cookie or private is not stored, whatever its lifetime', async () => {
      const url = await start(
        (call) => {
          call.status(404);
          if (runs === 1) call.header('Set-Cookie', 'a=1');
          else call.header('Cache-Control', 'private');
          call.text('no');
        },
        { statuses },
      );
      expect(statusOf(await ask(url))).toContain('detail=set-cookie');
      expect(statusOf(await ask(url))).toContain('detail=private');
    });

    it('a stored 200 within staleIfError is better than a 503 that may be stored', async () => {
      const url = await start(
        (call) => {
          if (runs > 1) call.status(503);
          call.text(`run ${runs}`);
        },
        { statuses, staleIfError: '60s' },
      );
      await ask(url);
      clock.advance(60_000);
      expect((await ask(url)).text).toBe('run 1');
    });
  });

  describe('for clients', () => {
    it('count from when the response is sent, and caches in front are told the ttl', async () => {
      const url = await start((call) => call.text('page'), { maxAge: '10s' });
      expect((await ask(url)).headers['cache-control']).toBe('public, max-age=10, s-maxage=60');
      clock.advance(30_000);
      const hit = await ask(url);
      expect(hit.headers.age).toBe('30');
      expect(hit.headers['cache-control']).toBe('public, max-age=40, s-maxage=60');
      const { etag } = hit.headers;
      const unchanged = await ask(url, { 'if-none-match': etag });
      expect([unchanged.status, unchanged.headers['cache-control']]).toEqual([304, 'public, max-age=40, s-maxage=60']);
      const part = await ask(url, { range: 'bytes=0-1' });
      expect([part.status, part.text, part.headers['cache-control']]).toEqual([
        206,
        'pa',
        'public, max-age=40, s-maxage=60',
      ]);
    });

    it('are none where they are to ask each time', async () => {
      const url = await start((call) => call.text('page'), { maxAge: 0 });
      await ask(url);
      clock.advance(30_000);
      expect((await ask(url)).headers['cache-control']).toBe('public, max-age=0, s-maxage=60');
    });

    it('are the handler’s own where it says them', async () => {
      const url = await start(
        (call) => {
          call.header('Cache-Control', 'public, max-age=7');
          call.text('page');
        },
        { maxAge: '10s' },
      );
      expect((await ask(url)).headers['cache-control']).toBe('public, max-age=7');
      expect((await ask(url)).headers['cache-control']).toBe('public, max-age=7');
    });

    it('are gone when a 304 of the handler says others', async () => {
      const url = await start(
        (call) => {
          call.header('ETag', '"a"');
          if (call.headers['if-none-match'] === '"a"') {
            call.status(304);
            call.header('Cache-Control', 'public, max-age=7');
          }
          call.text('page');
        },
        { maxAge: '10s', staleIfError: '60s' },
      );
      await ask(url);
      clock.advance(60_000);
      expect((await ask(url)).headers['cache-control']).toBe('public, max-age=7');
      expect((await ask(url)).headers['cache-control']).toBe('public, max-age=7');
      expect(runs).toBe(2);
    });
  });
});
