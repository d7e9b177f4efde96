import { createCache } from '@breakwater/cache';
import { createManualClock, frameworks } from '@breakwater/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import type { RoutePolicyOptions } from '../src/index.ts';
import { send, statusOf } from './http-client.ts';
import { type App, type AppSettings, type Call, serveApp } from './small-app.ts';

let app: App;
afterEach(() => app.close());

describe.each(frameworks)('a route with a policy on $name', (framework) => {
  let runs = 0;

  /** One route, `/price/:pair`, that counts its handler's runs. */
  async function start(
    handle: (call: Call) => void | Promise<void> = (call) => call.json({ run: runs }),
    policy: Partial<RoutePolicyOptions<never>> = {},
    settings: Partial<AppSettings> = {},
  ): Promise<string> {
    runs = 0;
    app = await serveApp(framework, {
      routes: [
        {
          path: '/price/:pair',
          policy: { ttl: '5s', ...policy },
          handle(call) {
            runs += 1;
            return handle(call);
          },
        },
      ],
      ...settings,
    });
    return `${app.url}/price/BTC`;
  }

  const outcomes = () => app.httpCache.stats().policies['/price/:pair'];

  it('runs the handler once and serves its response until the lifetime is over', async () => {
    const clock = createManualClock();
    const url = await start(undefined, {}, { cache: createCache({ clock }), options: { clock } });
    const first = await send(url);
    expect(statusOf(first)).toBe('breakwater; fwd=uri-miss; stored');
    expect(first.headers['cache-control']).toBe('public, max-age=5');
    await app.httpCache.close();
    clock.advance(1500);
    const second = await send(url);
    expect(second.status).toBe(200);
    expect(statusOf(second)).toBe('breakwater; hit; ttl=3; detail=memory');
    expect(second.headers.age).toBe('1');
    expect(second.headers['cache-control']).toBe('public, max-age=5');
    expect(second.headers['content-type']).toBe(first.headers['content-type']);
    expect(second.headers['content-length']).toBe(String(second.body.length));
    expect(second.text).toBe('{"run":1}');
    clock.advance(3500);
    expect((await send(url)).text).toBe('{"run":2}');
    await app.httpCache.close();
    expect(outcomes()).toMatchObject({ hitMemory: 1, stored: 2 });
  });

  it('answers 304 to the tag it gave, without a body', async () => {
    const url = await start();
    await send(url);
    await app.httpCache.close();
    const hit = await send(url);
    const { etag } = hit.headers;
    expect(etag).toMatch(/^(?:W\/)?"[^"]+"$/);
    const unchanged = await send(url, { headers: { 'if-none-match': `"x", ${etag}` } });
    expect(unchanged.status).toBe(304);
    expect(unchanged.text).toBe('');
    expect(unchanged.headers.etag).toBe(etag);
    expect(unchanged.headers['cache-control']).toBe('public, max-age=5');
    expect(unchanged.headers['content-type']).toBeUndefined();
    expect(unchanged.headers.date).toBeDefined();
    expect(statusOf(unchanged)).toMatch(/^breakwater; hit; ttl=[45]; detail=memory$/);
    const changed = await send(url, { headers: { 'if-none-match': '"x"' } });
    expect(changed.status).toBe(200);
    expect(outcomes()).toMatchObject({ hitMemory: 3, notModified: 1 });
  });

  it('fills from a conditional request as well, and answers that one 304', async () => {
    const url = await start((call) => {
      expect(call.headers['if-none-match']).toBeUndefined();
      call.header('ETag', '"v1"');
      call.json({ run: runs });
    });
    const first = await send(url, { headers: { 'if-none-match': '"v1"' } });
    expect(first.status).toBe(304);
    expect(first.text).toBe('');
    expect(first.headers['content-type']).toBeUndefined();
    await app.httpCache.close();
    const second = await send(url);
    expect(second.text).toBe('{"run":1}');
    expect(second.headers.etag).toBe('"v1"');
  });

  it('answers HEAD from what GET stored, and never stores what HEAD ran', async () => {
    const url = await start();
    const miss = await send(url, { method: 'HEAD' });
    expect(statusOf(miss)).toBe('breakwater; fwd=uri-miss; detail=head');
    await send(url);
    await app.httpCache.close();
    const hit = await send(url, { method: 'HEAD' });
    expect(statusOf(hit)).toContain('hit');
    expect(hit.headers['content-length']).toBe('9');
    expect(hit.text).toBe('');
    expect(runs).toBe(2);
  });

  it('keeps the variants of a response apart, and one per choice', async () => {
    const url = await start((call) => {
      call.header('Vary', 'Accept-Language');
      call.text(`${call.headers['accept-language']} ${runs}`);
    });
    const ask = async (language: string) => {
      const reply = await send(url, { headers: { 'accept-language': language } });
      await app.httpCache.close();
      return reply;
    };
    expect((await ask('de')).text).toBe('de 1');
    const english = await ask('en');
    expect(english.text).toBe('en 2');
    expect(statusOf(english)).toBe('breakwater; fwd=vary-miss; stored');
    const again = await ask('DE');
    expect(again.text).toBe('de 1');
    expect(again.headers.vary).toMatch(/^accept-language$/i);
    expect((await ask('en')).text).toBe('en 2');
  });

  it('varies on the headers of its policy and says so', async () => {
    const url = await start((call) => call.text(`${call.headers['x-plan']} ${runs}`), { vary: ['X-Plan'] });
    const ask = async (plan: string) => {
      const reply = await send(url, { headers: { 'x-plan': plan } });
      await app.httpCache.close();
      return reply;
    };
    expect((await ask('free')).headers.vary).toBe('x-plan');
    expect((await ask('pro')).text).toBe('pro 2');
    expect((await ask('free')).text).toBe('free 1');
    expect((await ask('free')).headers.vary).toBe('x-plan');
  });

  it('stores no more variants than a URL may have', async () => {
    const url = await start(
      (call) => {
        call.header('Vary', 'X-Any');
        call.text(String(runs));
      },
      {},
      { options: { maxVariants: 2 } },
    );
    const ask = async (any: string) => {
      const reply = await send(url, { headers: { 'x-any': any } });
      await app.httpCache.close();
      return reply;
    };
    await ask('a');
    await ask('b');
    expect(statusOf(await ask('c'))).toBe('breakwater; fwd=vary-miss; detail=variants');
    expect((await ask('a')).text).toBe('1');
    expect((await ask('b')).text).toBe('2');
    expect((await ask('c')).text).toBe('4');
  });

  it('serves one response for equal queries in any order, and another for other queries', async () => {
    const url = await start((call) => call.text(call.path));
    await send(`${url}?b=2&a=1`);
    await app.httpCache.close();
    expect(statusOf(await send(`${url}?a=1&b=2`))).toContain('hit');
    expect(statusOf(await send(`${url}?a=1&b=3`))).toContain('miss');
    expect(statusOf(await send(url))).toContain('miss');
  });

  it('does not let one host’s response reach another host', async () => {
    const url = await start((call) => call.text(`from ${call.headers.host} ${call.headers['x-forwarded-host']}`));
    const evil = await send(url, { headers: { host: 'evil.example' } });
    expect(evil.text).toContain('evil.example');
    await app.httpCache.close();
    expect((await send(url)).text).not.toContain('evil.example');
  });

  it('takes any bytes a client may put into host, path and varying headers', async () => {
    const url = await start((call) => {
      call.header('Vary', 'X-Any');
      call.text(String(runs));
    });
    const odd = { headers: { host: 'h\u0081\u00ff|%', 'x-any': '\t\u0080|%7C\u00ff' } };
    const long = `${url}?${'q'.repeat(6000)}`;
    for (const target of [url, long]) {
      await send(target, odd);
      await app.httpCache.close();
      const reply = await send(target, odd);
      expect(reply.status).toBe(200);
      expect(statusOf(reply)).toContain('hit');
    }
  });

  it('goes by the policy’s own key where it has one', async () => {
    const url = await start(undefined, {
      key: (request: { params: { pair: string } }) => request.params.pair,
    } as never);
    await send(`${url}?random=1`);
    await app.httpCache.close();
    expect((await send(`${url}?random=2`)).text).toBe('{"run":1}');
    expect((await send(url.replace('BTC', 'ETH'))).text).toBe('{"run":2}');
  });

  it('is gone at once when one of its tags is invalidated', async () => {
    const url = await start(undefined, {
      tags: (request: { params: { pair: string } }) => [`pair:${request.params.pair}`],
    } as never);
    await send(url);
    await app.httpCache.close();
    await app.cache.invalidate({ tag: 'pair:ETH' });
    expect((await send(url)).text).toBe('{"run":1}');
    await app.cache.invalidate({ tag: 'pair:BTC' });
    expect((await send(url)).text).toBe('{"run":2}');
  });

  it('does not keep a response whose tag was invalidated while its handler ran', async () => {
    const url = await start(
      async (call) => {
        if (runs === 1) await app.cache.invalidate({ tag: 'prices' });
        call.json({ run: runs });
      },
      { tags: ['prices'] },
    );
    expect((await send(url)).text).toBe('{"run":1}');
    await app.httpCache.close();
    expect((await send(url)).text).toBe('{"run":2}');
    expect(outcomes()?.notStored).toEqual({ invalidated: 1 });
  });

  it('leaves what earlier middleware set to each response’s own', async () => {
    let id = 0;
    const url = await start(
      (call) => {
        call.header('Vary', 'Accept');
        call.header('X-Price', '42');
        call.json({ run: runs });
      },
      {},
      {
        before(call) {
          id += 1;
          call.header('X-Request-Id', String(id));
          call.header('Vary', 'Origin');
          if (call.headers['x-new-visitor']) call.header('Set-Cookie', [`visit=${id}`]);
        },
      },
    );
    const first = await send(url, { headers: { 'x-new-visitor': '1' } });
    expect(first.headers['set-cookie']).toEqual(['visit=1']);
    expect(first.headers['cache-control']).toBe('private, no-store');
    await app.httpCache.close();
    const second = await send(url);
    expect(statusOf(second)).toContain('hit');
    expect(second.headers['x-request-id']).toBe('2');
    expect(second.headers['x-price']).toBe('42');
    expect(second.headers.vary).toBe('Origin, Accept');
    expect(second.headers['set-cookie']).toBeUndefined();
    expect(second.headers['cache-control']).toBe('public, max-age=5');
    const third = await send(url, { headers: { 'x-new-visitor': '1' } });
    expect(statusOf(third)).toContain('hit');
    expect(third.headers['set-cookie']).toEqual(['visit=3']);
    expect(third.headers['cache-control']).toBe('private, no-store');
  });

  it('answers only-if-cached with 504 where nothing is stored', async () => {
    const url = await start();
    const refused = await send(url, { headers: { 'cache-control': 'only-if-cached' } });
    expect(refused.status).toBe(504);
    expect(refused.headers['content-type']).toBe('application/problem+json');
    expect(runs).toBe(0);
    await send(url);
    await app.httpCache.close();
    expect((await send(url, { headers: { 'cache-control': 'only-if-cached' } })).status).toBe(200);
  });

  it.each(['no-cache', 'max-age=0', 'min-fresh=60'])('follows a client’s %s only where told to', async (control) => {
    for (const clientDirectives of ['ignore', 'honour'] as const) {
      const url = await start(undefined, {}, { options: { clientDirectives } });
      await send(url);
      await app.httpCache.close();
      const reply = await send(url, { headers: { 'cache-control': control } });
      expect(statusOf(reply)).toContain(clientDirectives === 'ignore' ? 'hit' : 'fwd=request; stored');
      await app.httpCache.close();
      expect((await send(url)).text).toBe(clientDirectives === 'ignore' ? '{"run":1}' : '{"run":2}');
      if (clientDirectives === 'ignore') await app.close();
    }
  });
});
