import { createCache } from '@breakwater/cache';
import { createManualClock, frameworks } from '@breakwater/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpCacheOptions, RoutePolicyOptions } from '../src/index.ts';
import { send, statusOf } from './http-client.ts';
import { type App, type Call, serveApp } from './small-app.ts';

let app: App;
afterEach(() => app.close());

describe.each(frameworks)('beyond its lifetime, on $name', (framework) => {
  const clock = createManualClock();
  let runs = 0;
  let handle: (call: Call) => void;

  async function start(policy?: RoutePolicyOptions<never>, options: Omit<HttpCacheOptions<never>, 'cache'> = {}) {
    runs = 0;
    app = await serveApp(framework, {
      cache: createCache({ clock }),
      options: { ...options, clock },
      routes: [
        {
          path: '/page',
          ...(policy && { policy }),
          handle(call) {
            runs += 1;
            handle(call);
          },
        },
      ],
    });
    return `${app.url}/page`;
  }

  async function ask(url: string, headers: Record<string, string> = {}) {
    const reply = await send(url, { headers });
    await app.httpCache.close();
    return reply;
  }

  const answer = (control?: string) => (call: Call) => {
    if (control) call.header('Cache-Control', control);
    call.text(`run ${runs}`);
  };

  it('a response is served at once within staleWhileRevalidate, and made anew in the background', async () => {
    const url = await start({ ttl: '5s', staleWhileRevalidate: '10s', name: 'page' });
    handle = answer();
    await ask(url);
    clock.advance(6000);
    const stale = await ask(url);
    expect(stale.text).toBe('run 1');
    expect(statusOf(stale)).toBe('breakwater; hit; ttl=-1; detail=memory');
    expect(stale.headers.age).toBe('6');
    const fresh = await ask(url);
    expect(fresh.text).toBe('run 2');
    expect(statusOf(fresh)).toBe('breakwater; hit; ttl=5; detail=memory');
    expect(runs).toBe(2);
    expect(app.httpCache.stats().policies.page).toMatchObject({ stale: 1, stored: 2 });
  });

  it('the background request has no identity: no cookie, no credentials, no range', async () => {
    const url = await start({ ttl: '5s', staleWhileRevalidate: '10s', audience: 'everyone' });
    const seen: Record<string, unknown>[] = [];
    handle = (call) => {
      seen.push(call.headers);
      call.text('page');
    };
    await ask(url);
    clock.advance(6000);
    const own = { cookie: 'sid=1', authorization: 'Bearer x', range: 'bytes=0-1', 'accept-language': 'de' };
    expect((await ask(url, own)).text).toBe('pa');
    expect(seen).toHaveLength(2);
    expect(seen[1]).toMatchObject({ 'accept-language': 'de', host: new URL(app.url).host });
    for (const name of ['cookie', 'authorization', 'range']) expect(seen[1]).not.toHaveProperty(name);
  });

  it('the background request comes from where its visitor came: what is trusted of loopback is not its', async () => {
    const url = await start({ ttl: '5s', staleWhileRevalidate: '10s' });
    const from: (string | undefined)[] = [];
    handle = (call) => {
      const response = call.raw();
      from.push(response.req.socket.remoteAddress);
      response.end('page');
    };
    const visit = async () => {
      await send(url, { localAddress: '127.0.0.2' });
      await app.httpCache.close();
    };
    await visit();
    clock.advance(6000);
    await visit();
    expect(from).toEqual(['127.0.0.2', '127.0.0.2']);
  });

  it.each<[string, (call: Call) => void]>([
    ['its response', (call) => void call.raw().destroy(new Error('upstream'))],
    ['its socket', (call) => void call.raw().req.socket.destroy(new Error('upstream'))],
    [
      'what it streams',
      (call) => {
        const response = call.raw();
        response.write('half');
        response.destroy(new Error('upstream'));
      },
    ],
  ])(
    'a background request whose handler destroys %s with an error ends alone, and the next is made',
    async (_what, destroy) => {
      const url = await start({ ttl: '5s', staleWhileRevalidate: '1m' });
      handle = answer();
      await ask(url);
      clock.advance(6000);
      handle = destroy;
      expect((await ask(url)).text).toBe('run 1');
      handle = answer();
      expect((await ask(url)).text).toBe('run 1');
      expect((await ask(url)).text).toBe('run 3');
    },
  );

  it('one background request is made however many are served stale meanwhile', async () => {
    const url = await start({ ttl: '5s', staleWhileRevalidate: '10s' });
    handle = answer();
    await ask(url);
    clock.advance(6000);
    let finish = () => {};
    handle = (call) => {
      finish = () => call.text('run 2');
    };
    const replies = await Promise.all(Array.from({ length: 20 }, () => send(url)));
    expect(new Set(replies.map(({ text }) => text))).toEqual(new Set(['run 1']));
    finish();
    await app.httpCache.close();
    expect((await ask(url)).text).toBe('run 2');
    expect(runs).toBe(2);
  });

  it.each(['a 503', 'a throw'])('a response is better than %s within staleIfError, and not beyond', async (failure) => {
    const url = await start({ ttl: '5s', staleIfError: '10s', name: 'page' });
    handle = answer();
    await ask(url);
    handle = (call) => {
      if (failure === 'a throw') throw new Error('boom');
      call.status(503);
      call.header('X-Broken', '1');
      call.text('broken');
    };
    clock.advance(6000);
    const instead = await ask(url);
    expect([instead.status, instead.text]).toEqual([200, 'run 1']);
    expect(instead.headers).not.toHaveProperty('x-broken');
    expect(instead.headers.age).toBe('6');
    expect(statusOf(instead)).toBe(
      `breakwater; fwd=stale; fwd-status=${failure === 'a throw' ? 500 : 503}; detail=stale-if-error`,
    );
    expect(app.httpCache.stats().policies.page).toMatchObject({ staleIfError: 1 });
    clock.advance(10_000);
    expect((await ask(url)).status).toBe(failure === 'a throw' ? 500 : 503);
  });

  it('the response’s own windows go before the policy’s, and must-revalidate before all', async () => {
    const url = await start({ ttl: '5s', staleIfError: '1m' });
    handle = answer('public, max-age=5, stale-if-error=1');
    await ask(url);
    handle = (call) => {
      call.status(500);
      call.text('broken');
    };
    clock.advance(7000);
    expect((await ask(url)).status).toBe(500);
    handle = answer('public, max-age=5, must-revalidate');
    clock.advance(60_000);
    await ask(url);
    handle = (call) => {
      call.status(500);
      call.text('broken');
    };
    clock.advance(6000);
    expect((await ask(url)).status).toBe(500);
  });

  it('a handler that says 304 to the stored validators makes the response fresh again', async () => {
    const url = await start();
    const conditions: unknown[] = [];
    handle = (call) => {
      conditions.push(call.headers['if-none-match']);
      call.header('ETag', '"one"');
      call.header('X-Run', String(runs));
      call.header('Cache-Control', 'public, max-age=5');
      if (call.headers['if-none-match'] === '"one"') {
        call.raw().statusCode = 304;
        call.raw().setHeader('ETag', '"one"');
        call.raw().setHeader('X-Run', String(runs));
        call.raw().setHeader('Cache-Control', 'public, max-age=7');
        call.raw().end();
      } else {
        call.text('body');
      }
    };
    await ask(url);
    clock.advance(6000);
    const revived = await ask(url);
    expect([revived.status, revived.text]).toEqual([200, 'body']);
    expect(revived.headers).toMatchObject({ 'x-run': '2', 'cache-control': 'public, max-age=7' });
    expect(statusOf(revived)).toBe('breakwater; fwd=stale; fwd-status=304; stored');
    expect(conditions).toEqual([undefined, '"one"']);
    clock.advance(6000);
    expect(statusOf(await ask(url))).toBe('breakwater; hit; ttl=1; detail=memory');
    const unchanged = await ask(url, { 'if-none-match': '"one"' });
    expect([unchanged.status, unchanged.headers['x-run']]).toEqual([304, undefined]);
    expect(app.httpCache.stats().policies.origin).toMatchObject({ revalidated: 1, stored: 2 });
  });

  it('a handler that has something new replaces what was stored', async () => {
    const url = await start();
    handle = (call) => {
      call.header('ETag', `"${runs}"`);
      call.header('Cache-Control', 'public, max-age=5');
      call.text(`run ${runs}`);
    };
    await ask(url);
    clock.advance(6000);
    const next = await ask(url);
    expect([next.status, next.text]).toEqual([200, 'run 2']);
    expect(statusOf(next)).toBe('breakwater; fwd=stale; stored');
    expect((await ask(url)).text).toBe('run 2');
  });

  it('a part of a stored response is served to who asks for one', async () => {
    const url = await start({ ttl: '5s' });
    handle = (call) => {
      call.header('ETag', '"one"');
      call.text('0123456789');
    };
    expect((await ask(url, { range: 'bytes=0-1' })).text).toBe('0123456789');
    await ask(url);
    const part = await ask(url, { range: 'bytes=2-4' });
    expect([part.status, part.text]).toEqual([206, '234']);
    expect(part.headers).toMatchObject({ 'content-range': 'bytes 2-4/10', 'content-length': '3', etag: '"one"' });
    const beyond = await ask(url, { range: 'bytes=20-' });
    expect([beyond.status, beyond.headers['content-range']]).toEqual([416, 'bytes */10']);
    expect((await ask(url, { range: 'bytes=2-4', 'if-range': '"two"' })).status).toBe(200);
    expect((await ask(url, { range: 'bytes=2-4', 'if-none-match': '"one"' })).status).toBe(304);
    expect((await ask(url, { range: 'bytes=0-1,4-5' })).text).toBe('0123456789');
    expect(runs).toBe(2);
  });
});
