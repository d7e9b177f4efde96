import { frameworks } from '@breakwater/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpCacheOptions } from '../src/index.ts';
import { send, statusOf } from './http-client.ts';
import { type App, type Call, serveApp } from './small-app.ts';

let app: App;
afterEach(() => app.close());

describe.each(frameworks)('policies by path, on $name', (framework) => {
  let runs = 0;

  async function start(policies: NonNullable<HttpCacheOptions<never>['policies']>): Promise<void> {
    runs = 0;
    const handle = (call: Call) => {
      runs += 1;
      call.text(`${call.path} ${runs} ${call.headers.cookie}`);
    };
    app = await serveApp(framework, {
      routes: [
        { path: '/api/price', handle },
        { path: '/api/own', policy: { ttl: '9s' }, handle: (call) => call.text('own') },
        { path: '/other', handle },
        { method: 'POST', path: '/api/price', handle },
      ],
      options: { policies, guard: { mode: 'enforce' } },
    });
  }

  async function ask(path: string, headers = {}, method = 'GET') {
    const reply = await send(`${app.url}${path}`, { headers, method });
    await app.httpCache.close();
    return reply;
  }

  it.each([
    ['a path', { match: '/api/**' }],
    ['a pattern', { match: /^\/api\// }],
    [
      'a function',
      { match: ({ originalUrl }: { originalUrl: string }) => originalUrl.startsWith('/api/'), name: 'api' },
    ],
  ])(
    '%s says what is cached, without a word at the route',
    async (_what, { match, name = String(match) }: { match: unknown; name?: string }) => {
      await start([{ match: match as never, name, ttl: '5s' }]);
      expect((await ask('/api/price?a=/other')).headers['cache-control']).toBe('public, max-age=5');
      expect(statusOf(await ask('/api/price?a=/other'))).toMatch(/hit; ttl=[45]; detail=memory/);
      await ask('/other');
      await ask('/other?/api/');
      expect(runs).toBe(3);
      expect(app.httpCache.stats().policies[name]).toMatchObject({ stored: 1, hitMemory: 1 });
      expect((await app.httpCache.explain({ url: `${app.url}/api/price?a=/other` })).policy.name).toBe(name);
    },
  );

  it('the first that matches counts, and a route’s own before them', async () => {
    await start([
      { match: '/api/p*', ttl: '7s' },
      { match: '/**', ttl: '5s' },
    ]);
    expect((await ask('/api/price')).headers['cache-control']).toBe('public, max-age=7');
    expect((await ask('/other')).headers['cache-control']).toBe('public, max-age=5');
    for (const _ of ['first', 'again'])
      expect((await ask('/api/own')).headers['cache-control']).toBe('public, max-age=9');
  });

  it('what is somebody’s own, a change, and a path that may mean another are none of theirs', async () => {
    await start([{ match: '/**', ttl: '5s' }]);
    await ask('/api/price');
    expect(statusOf(await ask('/api/price', { authorization: 'Bearer x' }))).toContain('detail=authorization');
    expect(statusOf(await ask('/api/price', { cookie: 'connect.sid=1' }))).toContain('detail=session');
    expect(statusOf(await ask('/other/../api/price'))).not.toContain('stored');
    expect(statusOf(await ask('/api/price', {}, 'POST'))).toContain('fwd=method');
    expect(statusOf(await ask('/api/price'))).toContain('fwd=uri-miss');
  });

  it('their responses go with their name', async () => {
    await start([{ match: '/**', ttl: '5s', name: 'all' }]);
    await ask('/api/price');
    await app.httpCache.purge({ route: 'all' });
    expect(statusOf(await ask('/api/price'))).toContain('fwd=uri-miss');
  });
});
