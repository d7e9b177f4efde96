import { frameworks } from '@breakwater/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { send, statusOf } from './http-client.ts';
import { type App, serveApp } from './small-app.ts';

let app: App;
afterEach(() => app.close());

describe.each(frameworks)('a path that led to a route, on $name', (framework) => {
  const outcomes = () => app.httpCache.stats().policies;

  async function ask(path: string) {
    const reply = await send(`${app.url}${path}`);
    await app.httpCache.close();
    return reply;
  }

  it('is the route’s with any query, and each query is stored and explained by itself', async () => {
    app = await serveApp(framework, {
      routes: [{ path: '/page', policy: { ttl: '1m', name: 'page' }, handle: (call) => call.text(call.path) }],
    });
    for (const path of ['/page?a=1', '/page?a=2', '/page']) {
      expect(statusOf(await ask(path))).toContain('fwd=uri-miss');
      const hit = await ask(path);
      expect(hit.text).toBe(path);
      expect(statusOf(hit)).toContain('hit');
      expect((await app.httpCache.explain({ url: `${app.url}${path}` })).policy).toMatchObject({
        name: 'page',
        known: 'seen',
      });
    }
    expect(outcomes().page).toMatchObject({ hitMemory: 3, stored: 3 });
    expect(outcomes().origin?.stored ?? 0).toBe(0);
  });

  it('is the application’s as well, where it answers many of its queries itself', async () => {
    app = await serveApp(framework, {
      routes: [{ path: '/page', policy: { ttl: '1m', name: 'page' }, handle: (call) => call.text('route') }],
      answersItself: (call) => call.path.includes('own') && 'own',
    });
    await ask('/page?x=1');
    for (let count = 0; count < 100; count += 1) expect((await send(`${app.url}/page?own=${count}`)).text).toBe('own');
    expect(statusOf(await ask('/page?own=again'))).toContain('stored');
    const hit = await ask('/page?own=again');
    expect(hit.text).toBe('own');
    expect(statusOf(hit)).toContain('hit');
    expect((await ask('/page?x=2')).text).toBe('route');
    expect(statusOf(await ask('/page?x=2'))).toContain('hit');
  });
});
