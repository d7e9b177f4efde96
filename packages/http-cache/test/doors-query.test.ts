import { request } from 'node:http';
import { eventually, frameworks } from '@breakwater/testkit';
import express from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import { httpCache as expressCache } from '../src/express.ts';
import { type HttpCacheOptions, type RoutePolicyOptions, TRACKING_PARAMETERS } from '../src/index.ts';
import { createGate } from './gate.ts';
import { send, statusOf } from './http-client.ts';
import { type App, type Call, serveApp } from './small-app.ts';

let app: App;
afterEach(() => app.close());

const STORED = 'breakwater; fwd=uri-miss; stored';
const HIT = 'breakwater; hit; detail=memory';

describe.each(frameworks)('parameters that are left out of the key, on $name', (framework) => {
  /** All that was read of the URL where the response was finished, and before. */
  const logged: unknown[] = [];

  async function start(query: HttpCacheOptions['query'], policy: Partial<RoutePolicyOptions<never>> = {}) {
    logged.length = 0;
    let latest: Call | undefined;
    const tell = (call: Call) => call.text(JSON.stringify(call.seen()));
    app = await serveApp(framework, {
      options: { query },
      before: (call) => {
        latest = call;
      },
      wrap: { outside: (_headers, response) => response.on('finish', () => logged.push(latest?.seen())) },
      routes: [
        { path: '/page', policy: { ttl: '1m', ...policy }, handle: tell },
        { path: '/page', method: 'POST', handle: (call) => call.text('changed') },
        {
          path: '/own',
          handle(call) {
            call.header('Cache-Control', 'public, max-age=60');
            tell(call);
          },
        },
      ],
    });
    return async (path: string, method = 'GET') => {
      const { text, ...reply } = await send(app.url + path, { method });
      await app.httpCache.close();
      return {
        text,
        seen: text.startsWith('{') ? JSON.parse(text) : undefined,
        status: statusOf({ text, ...reply }).replace(/ ttl=\d+;/, ''),
      };
    };
  }

  it.each(['/page', '/own'])('are not seen by the handler of %s: no visitor chooses for the others', async (path) => {
    const ask = await start({ ignore: 'tracking' });
    const first = await ask(`${path}?utm_source=evil&a=1&%75tm_medium=evil&gclid=evil`);
    expect(first.seen).toEqual({ url: `${path}?a=1`, originalUrl: `${path}?a=1`, query: { a: '1' } });
    expect(first.status).toBe(STORED);
    const second = await ask(`${path}?a=1&fbclid=another`);
    expect(second).toEqual({ ...first, status: HIT });
    expect((await ask(`${path}?utm_campaign=x`)).seen).toEqual({ url: path, originalUrl: path, query: {} });
  });

  it('are in the log of a response, whoever wrote it', async () => {
    const ask = await start({ ignore: 'tracking' });
    const whole = { url: '/page?utm_id=7&a=1', originalUrl: '/page?utm_id=7&a=1', query: { utm_id: '7', a: '1' } };
    for (const method of ['GET', 'HEAD', 'GET']) await ask('/page?utm_id=7&a=1', method);
    expect(logged).toEqual([whole, whole, whole]);
  });

  it('are all that a route does not know, where it says which it knows', async () => {
    const ask = await start('all', { query: ['page', 'filter'] });
    const first = await ask('/page?debug=1&filter[a]=x&page=2&_=8723');
    expect(first.seen.url).toBe('/page?filter[a]=x&page=2');
    expect(first.seen.query).not.toHaveProperty('debug');
    expect((await ask('/page?PAGE=2')).status).toBe(STORED);
    expect(await ask('/page?page=2&filter[a]=x&debug=2')).toEqual({ ...first, status: HIT });
  });

  it('are the ones that are named, and all that begin as said', async () => {
    const ask = await start({ ignore: [...TRACKING_PARAMETERS, 'ref', 'x_*'] });
    expect((await ask('/page?ref=1&x_a=1&x=1&reference=1')).seen.url).toBe('/page?x=1&reference=1');
  });

  it('are none where the route says so', async () => {
    const ask = await start({ ignore: 'tracking' }, { query: 'all' });
    const { seen, status } = await ask('/page?utm_source=a');
    expect(seen).toEqual({ url: '/page?utm_source=a', originalUrl: '/page?utm_source=a', query: { utm_source: 'a' } });
    expect(status).toBe(STORED);
    expect((await ask('/page?utm_source=b')).seen.query).toEqual({ utm_source: 'b' });
  });

  it('are none where the policy has a key of its own, which tells what its response depends on', async () => {
    const ask = await start({ ignore: 'tracking' }, { key: () => 'k' });
    expect((await ask('/page?utm_source=a')).seen.query).toEqual({ utm_source: 'a' });
    expect((await ask('/page?utm_source=b')).status).toBe(HIT);
  });

  it('are seen, and nothing is stored, where a parser might take them for what is kept', async () => {
    const ask = await start('all', { query: ['page'] });
    for (const query of ['x=1;page=2', 'x.page=2', 'x%=2', `${'x=1&'.repeat(100)}page=2`]) {
      const { seen, status } = await ask(`/page?${query}`);
      expect([seen.url, status]).toEqual([`/page?${query}`, 'breakwater; fwd=bypass; detail=query']);
    }
  });

  it('do not keep a change or a purge from what is stored', async () => {
    const ask = await start({ ignore: 'tracking' }, { query: ['page'] });
    await ask('/page?page=1&utm_source=a');
    await ask('/page?page=1&token=b', 'POST');
    expect((await ask('/page?page=1')).status).toBe(STORED);
    expect((await app.httpCache.purge({ url: `${app.url}/page?utm_source=c&page=1` })).memoryEntries).toBe(1);
    expect((await ask('/page?page=1')).status).toBe(STORED);
  });

  it('stay hidden from a handler whose client has gone, for its response is stored', async () => {
    const gate = createGate();
    let left = 0;
    app = await serveApp(framework, {
      options: { query: { ignore: 'tracking' } },
      wrap: {
        outside: (_headers, response) => response.once('close', () => (left += response.writableFinished ? 0 : 1)),
      },
      routes: [
        {
          path: '/page',
          policy: { ttl: '1m' },
          async handle(call) {
            await gate.pass();
            call.text(JSON.stringify(call.seen()));
          },
        },
      ],
    });
    const client = request(`${app.url}/page?utm_source=evil&a=1`)
      .on('error', () => {})
      .end();
    await eventually(() => gate.arrived === 1);
    client.destroy();
    await eventually(() => left === 1);
    const waiting = send(`${app.url}/page?a=1`);
    gate.open();
    expect(JSON.parse((await waiting).text)).toEqual({ url: '/page?a=1', originalUrl: '/page?a=1', query: { a: '1' } });
    await app.httpCache.close();
    expect(statusOf(await send(`${app.url}/page?a=1`))).toContain('hit');
  });

  it('are hidden from every run of the handler, also of one whose response is not stored', async () => {
    const ask = await start({ ignore: 'tracking' }, { minUses: 2 });
    expect((await ask('/page?utm_source=a')).seen.url).toBe('/page');
  });
});

it('under a router of its own, the path stays as that router has it', async () => {
  const httpCache = expressCache({
    cache: (await import('@breakwater/cache')).createCache(),
    query: { ignore: 'tracking' },
  });
  const seen: unknown[] = [];
  const router = express.Router();
  router.get('/page', expressCache.route({ ttl: '1m' }), (request, response, next) => {
    seen.push([request.baseUrl, request.url, request.originalUrl]);
    if (request.query.a) next();
    else response.send('page');
  });
  router.use((request, response) => response.send(`${request.originalUrl} ${request.url}`));
  app = (await frameworks[1]?.serve({
    express: (root) => root.use(httpCache).use('/api', router),
    fastify() {},
  })) as App;
  await send(`${app.url}/api/page?utm_id=1`);
  expect((await send(`${app.url}/api/page?a=1&utm_id=1`)).text).toBe('/api/page?a=1 /page?a=1');
  expect(seen).toEqual([
    ['/api', '/page', '/api/page'],
    ['/api', '/page?a=1', '/api/page?a=1'],
  ]);
});
