import { eventually, frameworks } from '@breakwater/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { send, statusOf } from './http-client.ts';
import { type App, type AppSettings, type Call, serveApp } from './small-app.ts';

let app: App;
afterEach(() => app.close());

describe.each(frameworks)('the application’s own responses, on $name', (framework) => {
  let runs = 0;

  async function start(
    handle: (call: Call) => void | Promise<void>,
    settings: Partial<AppSettings> = {},
  ): Promise<string> {
    runs = 0;
    const counted = (call: Call) => {
      runs += 1;
      return handle(call);
    };
    app = await serveApp(framework, { routes: [{ path: '/page', handle: counted }], ...settings });
    return `${app.url}/page`;
  }

  async function ask(url: string, options: Parameters<typeof send>[1] = {}) {
    const reply = await send(url, options);
    await app.httpCache.close();
    return reply;
  }

  const outcomes = () => app.httpCache.stats().policies.origin;

  it.each(['public, max-age=60', 's-maxage=60'])('are stored where they say %s', async (control) => {
    const url = await start((call) => {
      call.header('Cache-Control', control);
      call.text(`run ${runs}`);
    });
    expect(statusOf(await ask(url))).toBe('breakwater; fwd=uri-miss; stored');
    const hit = await ask(url);
    expect(hit.text).toBe('run 1');
    expect(hit.headers['cache-control']).toBe(control);
    expect(statusOf(hit)).toMatch(/^breakwater; hit; ttl=(?:59|60); detail=memory$/);
    expect(outcomes()).toMatchObject({ hitMemory: 1, stored: 1 });
  });

  it.each(['max-age=60', undefined, 'private, max-age=60'])('are not where they say %s', async (control) => {
    const url = await start((call) => {
      if (control) call.header('Cache-Control', control);
      call.text(`run ${runs}`);
    });
    await ask(url);
    const second = await ask(url);
    expect(second.text).toBe('run 2');
    expect(second.headers['cache-control']).toBe(control);
    expect(statusOf(second)).toBe('breakwater; fwd=bypass; detail=uncacheable');
  });

  it('count the age that an upstream gave them, and keep its Cache-Status in front', async () => {
    const url = await start((call) => {
      call.header('Cache-Control', 'public, max-age=60');
      call.header('Age', '50');
      call.header('Cache-Status', 'upstream; hit');
      call.text('old');
    });
    expect(statusOf(await ask(url))).toBe('upstream; hit, breakwater; fwd=uri-miss; stored');
    const hit = await ask(url);
    expect(['50', '51']).toContain(hit.headers.age);
    expect(statusOf(hit)).toMatch(/^upstream; hit, breakwater; hit; ttl=(?:9|10); detail=memory$/);
  });

  it('wait for each other only where the URL is known to be storable', async () => {
    const waiting: (() => void)[] = [];
    const url = await start(async (call) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      call.header('Cache-Control', 'public, max-age=60');
      call.text('page');
    });
    // Nothing is known of the URL: it could be a long poll, so everybody runs the handler.
    const unknown = Array.from({ length: 5 }, () => send(url));
    await eventually(() => waiting.length === 5);
    for (const resolve of waiting.splice(0)) resolve();
    await Promise.all(unknown);
    await app.httpCache.close();
    expect(outcomes()).toMatchObject({ stored: 1, notStored: { concurrent: 4 } });
    await app.httpCache.purge({ prefix: `${app.url}/` });
    const known = Array.from({ length: 5 }, () => send(url));
    await eventually(() => waiting.length === 1);
    for (const resolve of waiting.splice(0)) resolve();
    await Promise.all(known);
    expect(outcomes()?.coalesced).toBe(4);
    expect(runs).toBe(6);
  });

  it.each(['POST', 'DELETE'] as const)('are gone after a %s to their URL that succeeds', async (method) => {
    let status = 500;
    const change = (call: Call) => {
      call.status(status);
      call.text('');
    };
    const url = await start(() => {}, {
      routes: [
        {
          path: '/page',
          handle(call) {
            runs += 1;
            call.header('Cache-Control', 'public, max-age=60');
            call.header('Vary', 'X-Any');
            call.text(`run ${runs}`);
          },
        },
        {
          path: '/policy',
          policy: { ttl: '60s' },
          handle(call) {
            runs += 1;
            call.text(`run ${runs}`);
          },
        },
        { method, path: '/page', handle: change },
        { method, path: '/policy', handle: change },
      ],
    });
    expect((await ask(`${url}?b=1&a=1`)).text).toBe('run 1');
    expect((await ask(url.replace('page', 'policy'))).text).toBe('run 2');
    expect(statusOf(await ask(`${url}?a=1&b=1`, { method }))).toBe('breakwater; fwd=method');
    expect((await ask(`${url}?a=1&b=1`)).text).toBe('run 1');
    status = 201;
    await ask(`${url}?a=1&b=1`, { method });
    await ask(url.replace('page', 'policy'), { method });
    expect((await ask(`${url}?a=1&b=1`)).text).toBe('run 3');
    expect((await ask(url.replace('page', 'policy'))).text).toBe('run 4');
  });

  it('of a route with a policy are the policy’s alone, so that its guards run first', async () => {
    const url = await start(() => {}, {
      routes: [
        {
          path: '/page',
          policy: { ttl: '5s' },
          handle(call) {
            runs += 1;
            call.header('Cache-Control', 'public, max-age=60');
            call.text(`run ${runs}`);
          },
        },
      ],
    });
    const miss = await ask(url, { headers: { 'if-none-match': '"x"' } });
    expect(statusOf(miss)).toBe('breakwater; fwd=uri-miss; stored');
    expect(statusOf(await ask(url))).toMatch(/^breakwater; hit; ttl=[45]; detail=memory$/);
    expect(app.httpCache.stats().policies).toMatchObject({
      origin: { stored: 0, hitMemory: 0, bypass: { 'route-policy': 2 } },
      '/page': { stored: 1, hitMemory: 1 },
    });
  });

  it('and its handlers never fail because the cache does', async () => {
    const failures: string[] = [];
    const failing = { lookup: fail, reserve: fail, invalidate: fail, peek: () => undefined };
    const cache = { space: () => failing } as never;
    app = await serveApp(framework, {
      cache,
      routes: [
        { path: '/page', policy: { ttl: '5s' }, handle: (call) => call.text('fine') },
        { path: '/plain', handle: (call) => call.text('plain') },
        { method: 'POST', path: '/page', handle: (call) => call.text('posted') },
      ],
    });
    app.httpCache.on('cache:failed', ({ during }) => failures.push(during));
    const reply = await ask(`${app.url}/page`);
    expect(reply.text).toBe('fine');
    expect(statusOf(reply)).toBe('breakwater; fwd=uri-miss; detail=cache-failed');
    expect((await ask(`${app.url}/plain`)).text).toBe('plain');
    expect((await ask(`${app.url}/page`, { method: 'POST' })).text).toBe('posted');
    expect(failures).toEqual(['lookup', 'lookup', 'lookup', 'invalidate']);

    async function fail(): Promise<never> {
      throw new Error('the cache is broken');
    }
  });
});
