import { frameworks } from '@breakwater/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { send, statusOf } from './http-client.ts';
import { type App, type Call, serveApp } from './small-app.ts';

let app: App;
afterEach(() => app.close());

/** What an attacker sends a victim to, so that the victim's page is stored as if it were a file. */
const DECEPTIONS = [
  '/account/x.css',
  '/account/logo.png?v=1',
  '/account%2fx.js',
  '/account;x.css',
  '/account/..%2fstatic/app.css',
  '/account/%2e%2e/static/app.css',
  '/account%00.css',
  '/account%23x.css',
  '/account%3fx.css',
  '/account//x.css',
  '/ACCOUNT/x.css',
  '/static/..%2faccount',
  '/static/%2e%2e%2faccount/x.css',
];

/** Headers that some server or framework takes for another host, path, scheme or method. */
const POISONS: Record<string, string>[] = [
  { 'x-forwarded-host': 'evil.example' },
  { 'x-host': 'evil.example' },
  { 'x-forwarded-server': 'evil.example' },
  { forwarded: 'host=evil.example' },
  { 'x-original-url': '/admin' },
  { 'x-rewrite-url': '/admin' },
  { 'x-forwarded-scheme': 'http' },
  { 'x-forwarded-proto': 'ftp' },
  { 'x-forwarded-port': '1' },
  { 'x-http-method-override': 'POST' },
  { 'x-forwarded-for': '1.2.3.4' },
  { 'user-agent': '<script>' },
  { 'accept-language': '../../x' },
  { host: 'evil.example' },
];

describe.each(frameworks)('on $name', (framework) => {
  it('no spelling of a personal page is stored, whatever file it looks like', async () => {
    let visits = 0;
    const account = (call: Call) => {
      visits += 1;
      call.text(`visit ${visits}`);
    };
    app = await serveApp(framework, {
      routes: [
        { path: '/static/app.css', policy: { ttl: '1m' }, handle: (call) => call.text('css') },
        { path: framework.name === 'Express 5' ? '/{*any}' : '*', handle: account },
      ],
    });
    for (const path of DECEPTIONS) {
      // As it is: a URL object would resolve the dots.
      const [first, second] = [await send(app.url, { path }), await send(app.url, { path })];
      await app.httpCache.close();
      expect([path, statusOf(first).includes('stored'), statusOf(second).includes('hit')]).toEqual([
        path,
        false,
        false,
      ]);
      expect(second.text).not.toBe(first.text);
    }
  });

  it('no header of one request changes what the next one is sent', async () => {
    app = await serveApp(framework, {
      options: { guard: { mode: 'enforce' } },
      routes: [
        {
          path: '/page',
          policy: { ttl: '1m' },
          // As careless as can be: everything that is read ends in the page.
          handle(call) {
            const { headers } = call;
            call.text(POISONS.map((poison) => headers[Object.keys(poison)[0] as string] ?? '-').join(' '));
          },
        },
      ],
    });
    const clean = (await send(`${app.url}/page`, { headers: { host: 'shop.example' } })).text;
    for (const headers of POISONS) {
      await send(`${app.url}/page?${Object.keys(headers)[0]}`, { headers: { host: 'shop.example', ...headers } });
      await app.httpCache.close();
      const after = await send(`${app.url}/page?${Object.keys(headers)[0]}`, { headers: { host: 'shop.example' } });
      expect([headers, after.text]).toEqual([headers, clean]);
    }
  });

  it.each([400, 403, 406, 412, 416, 422, 431])(
    'a request that its handler refuses with %i does not have the next ones passed by the cache',
    async (status) => {
      app = await serveApp(framework, {
        routes: [
          {
            path: '/page',
            policy: { ttl: '1m', vary: ['x-odd'] },
            handle(call) {
              if (call.headers['x-odd']) call.status(status);
              call.text('page');
            },
          },
        ],
      });
      const odd = await send(app.url, { path: '/page', headers: { 'x-odd': '1' } });
      expect([odd.status, statusOf(odd)]).toEqual([status, expect.stringContaining('detail=status')]);
      expect(statusOf(await send(app.url, { path: '/page' }))).toContain('stored');
      await app.httpCache.close();
      expect(statusOf(await send(app.url, { path: '/page' }))).toContain('; hit;');
    },
  );
});
