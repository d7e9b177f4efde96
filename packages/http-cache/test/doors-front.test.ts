import { createServer } from 'node:http';
import { createCache } from '@breakwater/cache';
import { createManualClock, type RunningServer, serve } from '@breakwater/testkit';
import express from 'express';
import { fastify } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { httpCache as expressCache } from '../src/express.ts';
import { httpCache as fastifyCache } from '../src/fastify.ts';
import { createHttpCache, type HttpCache, type HttpCacheOptions, type RoutePolicyOptions } from '../src/index.ts';
import { brokenCache, fail } from './broken-cache.ts';
import { send, statusOf } from './http-client.ts';

const clock = createManualClock();
let close: () => Promise<unknown> = async () => {};
afterEach(() => close());

/** What the application sees, hits in front of it left out. */
let seen = 0;
let runs = 0;
let purge: HttpCache['purge'];
let page: (user: unknown) => string;

type Settings = Partial<HttpCacheOptions<never>>;

const doors = {
  async express(policy: RoutePolicyOptions, settings: Settings = {}) {
    const httpCache = createHttpCache({ cache: createCache({ clock }), clock, ...settings });
    const app = express();
    app.use((_request, _response, next) => {
      seen += 1;
      next();
    });
    app.use(expressCache(httpCache));
    app.get('/page', expressCache.route(policy), (request, response) => {
      runs += 1;
      response.vary('Accept-Language').send(page(request.headers['x-user']));
    });
    const running = await serve(httpCache.front(app));
    close = running.close;
    return { httpCache, url: `${running.url}/page` };
  },
  async fastify(policy: RoutePolicyOptions, settings: Settings = {}) {
    const httpCache = createHttpCache({ cache: createCache({ clock }), clock, ...settings });
    const app = fastify({ serverFactory: (handler) => createServer(httpCache.front(handler)) });
    app.addHook('onRequest', (_request, _reply, done) => {
      seen += 1;
      done();
    });
    await app.register(fastifyCache(httpCache));
    app.get('/page', { onRequest: fastifyCache.route(policy as never) }, (request, reply) => {
      runs += 1;
      return reply.header('Vary', 'Accept-Language').send(page(request.headers['x-user']));
    });
    close = () => app.close();
    return { httpCache, url: `${await app.listen({ host: '127.0.0.1', port: 0 })}/page` };
  },
};

describe.each(['express', 'fastify'] as const)('in front of the application, on %s', (door) => {
  async function start(policy: Partial<RoutePolicyOptions>, settings?: Settings) {
    seen = 0;
    runs = 0;
    page = () => `run ${runs}`;
    const { httpCache, url } = await doors[door]({ ttl: '5s', name: 'page', ...policy }, settings);
    purge = httpCache.purge;
    return async (headers: Record<string, string> = {}, method = 'GET', path = '') => {
      const reply = await send(url + path, { headers, method });
      await httpCache.close();
      return reply;
    };
  }

  it('a fresh hit of a policy that allows it is served, and the application does not see it', async () => {
    const ask = await start({ front: 'hits' });
    await ask();
    const hit = await ask();
    expect([hit.text, seen]).toEqual(['run 1', 1]);
    expect(statusOf(hit)).toBe('breakwater; hit; ttl=5; detail=memory');
    expect(hit.headers).toMatchObject({ age: '0', vary: 'Accept-Language', 'cache-control': 'public, max-age=5' });
    expect((await ask({ 'if-none-match': String(hit.headers.etag) })).status).toBe(304);
    expect((await ask({ range: 'bytes=0-2' })).text).toBe('run');
    expect((await ask({}, 'HEAD')).headers['content-length']).toBe('5');
    expect(seen).toBe(1);
    clock.advance(5000);
    expect((await ask()).text).toBe('run 2');
  });

  it('where the cache fails, the handler answers', async () => {
    let isBroken = false;
    const peek = (space: { peek(key: string): unknown }) => (key: string) => (isBroken ? fail() : space.peek(key));
    const cache = brokenCache((space) => ({ peek: peek(space) }), createCache({ clock }));
    const ask = await start({ front: 'hits' }, { cache });
    await ask();
    isBroken = true;
    const reply = await ask();
    expect([reply.text, seen]).toEqual(['run 2', 2]);
    expect(statusOf(reply)).toContain('detail=cache-failed');
  });

  it('what was expired is not fresh there either', async () => {
    const ask = await start({ front: 'hits', staleIfError: '1m' });
    await ask();
    await ask();
    expect(seen).toBe(1);
    await purge({ all: true }, { mode: 'expire' });
    expect([(await ask()).text, seen]).toEqual(['run 2', 2]);
  });

  it('requests that are reduced to the same value are the same there', async () => {
    const ask = await start({ front: 'hits' }, { variants: { 'accept-language': ['de', 'en'] } });
    await ask({ 'accept-language': 'de-AT, de;q=0.9' });
    expect((await ask({ 'accept-language': 'en;q=0.5, de' })).text).toBe('run 1');
    expect((await ask({ 'accept-language': 'en' })).text).toBe('run 2');
    expect(seen).toBe(2);
  });

  it('every other request reaches the application', async () => {
    const ask = await start({ front: 'hits' });
    await ask();
    const others: [Record<string, string>, string?, string?][] = [
      [{ authorization: 'Bearer x' }],
      [{ cookie: 'connect.sid=1' }],
      [{ 'cache-control': 'no-store' }],
      [{ 'accept-language': 'de' }],
      [{ host: 'elsewhere' }],
      [{ 'x-forwarded-host': 'elsewhere' }],
      [{}, 'POST'],
      [{}, 'GET', '?a=1'],
    ];
    for (const [headers, method, path] of others) await ask(headers, method, path);
    expect(seen).toBe(1 + others.length);
  });

  it.each<[string, Partial<RoutePolicyOptions>, Settings]>([
    ['whose policy does not allow it', {}, {}],
    ['where the application itself says what is personal', { front: 'hits' }, { personal: () => false }],
    ['where the key takes the framework’s request', { front: 'hits' }, { authority: () => 'here' }],
  ])('no hit is served there %s', async (_what, policy, settings) => {
    const ask = await start(policy, settings);
    await ask();
    await ask();
    expect([seen, runs]).toEqual([2, 1]);
  });

  it('the sentinel looks at hits, and what it puts into quarantine is served no more', async () => {
    const sentinel = { mode: 'quarantine', sample: 1, interval: 0 } as const;
    const ask = await start({ front: 'hits' }, { sentinel, guard: { mode: 'off' } });
    page = (user) => `hello ${user}`;
    const turn = async (user: string) => {
      clock.advance(10);
      return ask({ 'x-user': user });
    };
    await turn('ada');
    expect((await turn('bob')).text).toBe('hello ada');
    await turn('ada');
    const before = seen;
    expect((await turn('bob')).text).toBe('hello ada');
    // Strangers are asked about, whom the application has to see.
    expect(seen).toBeGreaterThan(before);
    const quarantined = await turn('bob');
    expect([quarantined.text, statusOf(quarantined)]).toEqual([
      'hello bob',
      'breakwater; fwd=bypass; detail=quarantined',
    ]);
  });
});

it('a hit of a route under a router is known by its whole URL, not by what the router left of it', async () => {
  const httpCache = createHttpCache({ cache: createCache({ clock }), clock });
  const app = express();
  app.use(expressCache(httpCache));
  const router = express.Router();
  router.get('/page', expressCache.route({ ttl: '5s', front: 'hits' }), (_request, response) => {
    seen += 1;
    response.send('of the router');
  });
  app.use('/api', router);
  app.get('/page', (_request, response) => response.send('another'));
  const running = await serve(httpCache.front(app));
  close = running.close;
  seen = 0;
  await send(`${running.url}/api/page`);
  await httpCache.close();
  expect((await send(`${running.url}/page`)).text).toBe('another');
  expect((await send(`${running.url}/api/page`)).text).toBe('of the router');
  expect(seen).toBe(1);
});

it('one application behind a server of each scheme is answered for in front by scheme', async () => {
  const httpCache = createHttpCache({ cache: createCache({ clock }), clock });
  const app = express();
  app.use(expressCache(httpCache));
  const policy = { ttl: '5s', front: 'hits', statuses: { '301': '5s' } } as const;
  app.get('/page', expressCache.route(policy), (request, response) => {
    if (request.secure) response.send('page');
    else response.redirect(301, 'https://shop.example/page');
  });
  const front = httpCache.front(app);
  const plain = await serve(front);
  const secure = await serve((request, response) => {
    // As a TLS socket says of itself.
    Object.assign(request.socket, { encrypted: true });
    front(request, response);
  });
  close = () => Promise.all([plain.close(), secure.close()]);
  const ask = async ({ url }: RunningServer) => {
    const reply = await send(`${url}/page`, { headers: { host: 'shop.example' } });
    await httpCache.close();
    return [reply.status, statusOf(reply).includes('hit')];
  };
  expect([await ask(plain), await ask(plain)]).toEqual([
    [301, false],
    [301, true],
  ]);
  expect([await ask(secure), await ask(secure), await ask(plain)]).toEqual([
    [200, false],
    [200, true],
    [301, true],
  ]);
});
