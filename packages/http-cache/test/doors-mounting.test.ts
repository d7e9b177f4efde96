import { once } from 'node:events';
import { connect } from 'node:http2';
import { text } from 'node:stream/consumers';
import { createCache } from '@breakwater/cache';
import { createManualClock, eventually, frameworks, type RunningServer } from '@breakwater/testkit';
import { type Request, type Response, Router } from 'express';
import { type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { httpCache as expressCache } from '../src/express.ts';
import { httpCache as fastifyCache } from '../src/fastify.ts';
import { createHttpCache, NotMountedError } from '../src/index.ts';
import { send, statusOf } from './http-client.ts';

let server: RunningServer;
afterEach(() => server.close());

it('lets requests by HTTP/2 pass, each to its own handler', async () => {
  const handle = fastifyCache({ cache: createCache() });
  const app = fastify({ http2: true });
  await app.register(handle);
  let runs = 0;
  app.get('/page', { onRequest: fastifyCache.route({ ttl: '5s' }) as never }, async (request) => {
    runs += 1;
    return `run ${runs} for ${request.host}`;
  });
  server = { url: await app.listen({ host: '127.0.0.1', port: 0 }), close: () => app.close() };
  const session = connect(server.url);
  const ask = async (host: string) => {
    const stream = session.request({ ':path': '/page', ':authority': host });
    const [headers] = (await once(stream, 'response')) as [Record<string, string>];
    return `${headers['cache-status']} ${await text(stream)}`;
  };
  const bypassed = 'breakwater; fwd=bypass; detail=http2';
  expect(await ask('a.example')).toBe(`${bypassed} run 1 for a.example`);
  expect(await ask('b.example')).toBe(`${bypassed} run 2 for b.example`);
  session.close();
  await once(session, 'close');
});

it('on Fastify keeps the versions of a URL apart, between which its routes are chosen by a header', async () => {
  const handle = fastifyCache({ cache: createCache(), origin: { trust: 'explicit' } });
  const onRequest = fastifyCache.route({ ttl: '5s', name: 'versioned' });
  const app = fastify();
  await app.register(handle);
  for (const version of ['1.0.0', '2.0.0']) {
    const constraints = { version };
    app.get('/policy', { constraints, onRequest }, async () => version);
    app.get('/own', { constraints }, (_request, reply) => reply.header('Cache-Control', 'max-age=5').send(version));
  }
  server = { url: await app.listen({ host: '127.0.0.1', port: 0 }), close: () => app.close() };
  for (const path of ['/policy', '/own']) {
    const ask = async (version: string) => {
      const reply = await send(server.url + path, { headers: { 'accept-version': version } });
      await handle.close();
      return reply;
    };
    expect([(await ask('1.x')).text, (await ask('2.x')).text]).toEqual(['1.0.0', '2.0.0']);
    const hit = await ask('1.x');
    expect([hit.text, hit.headers.vary]).toEqual(['1.0.0', 'accept-version']);
    expect(statusOf(hit)).toContain('hit');
  }
});

describe.each(frameworks)('the cache on $name', (framework) => {
  it('is one line with options, and its handle has the statistics', async () => {
    const cache = createCache();
    const expressHandle = expressCache({ cache });
    const fastifyHandle = fastifyCache({ cache });
    const handle = framework.name.startsWith('Express') ? expressHandle : fastifyHandle;
    server = await framework.serve({
      express(app) {
        app.use(expressHandle);
        app.get(
          '/price/:pair',
          expressCache.route({ ttl: '5s', tags: (request: Request) => [`pair:${request.params.pair}`] }),
          (request, response) => void response.json(request.params),
        );
      },
      async fastify(app) {
        await app.register(fastifyHandle);
        app.get<{ Params: { pair: string } }>(
          '/price/:pair',
          {
            preHandler: fastifyCache.route({
              ttl: '5s',
              tags: (request) => [`pair:${(request.params as { pair: string }).pair}`],
            }),
          },
          (request) => request.params,
        );
      },
    });
    await send(`${server.url}/price/BTC`);
    await handle.close();
    const hit = await send(`${server.url}/price/BTC`);
    expect(statusOf(hit)).toContain('hit');
    expect(hit.text).toBe('{"pair":"BTC"}');
    await cache.invalidate({ tag: 'pair:BTC' });
    expect(statusOf(await send(`${server.url}/price/BTC`))).toContain('fwd=uri-miss');
    await handle.close();
    expect(handle.stats().policies['/price/:pair']).toMatchObject({ hitMemory: 1, stored: 2 });
  });

  it('keeps routes of the same template under two routers apart, though their policies name the same keys', async () => {
    const idOf = { ttl: '5s', key: (request: { params: unknown }) => (request.params as { id: string }).id } as const;
    server = await framework.serve({
      express(app) {
        app.use(expressCache({ cache: createCache() }));
        for (const kind of ['users', 'orders']) {
          const router = Router();
          router.get('/:id', expressCache.route(idOf), (_request, response) => void response.json(kind));
          app.use(`/${kind}`, router);
        }
      },
      async fastify(app) {
        await app.register(fastifyCache({ cache: createCache() }));
        for (const kind of ['users', 'orders']) {
          await app.register(
            async (scope) => {
              scope.get('/:id', { onRequest: fastifyCache.route(idOf) }, (_request, reply) => reply.send([kind]));
            },
            { prefix: `/${kind}` },
          );
        }
      },
    });
    expect((await send(`${server.url}/users/1`)).text).toContain('users');
    expect((await send(`${server.url}/orders/1`)).text).toContain('orders');
  });

  it.each<[string, boolean]>([
    ['the same cache', true],
    ['another cache', false],
  ])('mounted once more, as %s, leaves a route to its guards and its policy', async (_what, isSame) => {
    const cache = createCache();
    const outer = createHttpCache({ cache });
    const inner = isSame ? outer : createHttpCache({ cache });
    let runs = 0;
    server = await framework.serve({
      express(app) {
        app.use(expressCache(outer));
        app.use(expressCache(inner));
        const guard = (request: Request, response: Response, next: () => void) =>
          request.headers['x-pass'] ? next() : response.sendStatus(401);
        app.get('/page', guard as never, expressCache.route({ ttl: '5s' }), (_request, response) => {
          runs += 1;
          response.send('page');
        });
      },
      async fastify(app) {
        await app.register(fastifyCache(outer));
        await app.register(fastifyCache(inner));
        const guard = async (request: FastifyRequest, reply: FastifyReply) =>
          request.headers['x-pass'] ? undefined : reply.code(401).send();
        app.get('/page', { onRequest: [guard, fastifyCache.route({ ttl: '5s' })] as never }, async () => {
          runs += 1;
          return 'page';
        });
      },
    });
    const ask = async (headers: Record<string, string> = { 'x-pass': '1' }) => {
      const reply = await send(`${server.url}/page`, { headers });
      await Promise.all([outer.close(), inner.close()]);
      return reply;
    };
    expect(statusOf(await ask())).toBe('breakwater; fwd=uri-miss; stored');
    expect(statusOf(await ask())).toContain('breakwater; hit');
    expect((await ask({})).status).toBe(401);
    expect(runs).toBe(1);
  });

  it('mounted twice does not let a URL wait for itself', async () => {
    const clock = createManualClock();
    const handle = createHttpCache({ cache: createCache({ clock }), clock, maxWait: '10m' });
    let runs = 0;
    const nextRun = () => {
      runs += 1;
      return String(runs);
    };
    server = await framework.serve({
      express(app) {
        app.use(expressCache(handle), expressCache(handle));
        app.get('/page', (_request, response) => void response.set('Cache-Control', 's-maxage=5').send(nextRun()));
      },
      async fastify(app) {
        await app.register(fastifyCache(handle));
        await app.register(fastifyCache(handle));
        app.get('/page', (_request, reply) => reply.header('Cache-Control', 's-maxage=5').send(nextRun()));
      },
    });
    for (const text of ['1', '2']) {
      expect((await send(`${server.url}/page`)).text).toBe(text);
      await handle.close();
      expect((await send(`${server.url}/page`)).text).toBe(text);
      clock.advance(6000);
    }
  });

  it('takes the URL for the key where a policy has none to tell', async () => {
    const policy = { ttl: '5s', key: (request: { query: unknown }) => (request.query as { id: string }).id } as const;
    server = await framework.serve({
      express(app) {
        app.use(expressCache({ cache: createCache() }));
        app.get('/page', expressCache.route(policy), (request, response) => void response.json(request.query));
      },
      async fastify(app) {
        await app.register(fastifyCache({ cache: createCache() }));
        app.get('/page', { onRequest: fastifyCache.route(policy) }, (request) => request.query);
      },
    });
    const bodies = [];
    for (const query of ['a=1', 'a=2', 'id=3', 'id=3&id=4', 'id=5&id=4']) {
      bodies.push((await send(`${server.url}/page?${query}`)).text);
    }
    expect(bodies).toEqual(['{"a":"1"}', '{"a":"2"}', '{"id":"3"}', '{"id":["3","4"]}', '{"id":["5","4"]}']);
  });

  it('is missed with a coded error where a route has a policy without it', async () => {
    let error: unknown;
    server = await framework.serve({
      express(app) {
        app.get('/page', expressCache.route({ ttl: '5s' }), (_request, response) => void response.json({}));
        app.use((thrown: unknown, _request: unknown, response: { sendStatus(code: number): void }, _next: unknown) => {
          error = thrown;
          response.sendStatus(500);
        });
      },
      fastify(app) {
        app.setErrorHandler((thrown, _request, reply) => {
          error = thrown;
          return reply.code(500).send();
        });
        app.get('/page', { onRequest: fastifyCache.route({ ttl: '5s' }) }, async () => ({}));
      },
    });
    expect((await send(`${server.url}/page`)).status).toBe(500);
    expect(error).toBeInstanceOf(NotMountedError);
    expect(error).toMatchObject({ code: 'ERR_HTTP_CACHE_NOT_MOUNTED', message: expect.stringContaining('app.use(') });
  });

  it('gives an error of the application’s own callbacks to the framework, and nobody hangs', async () => {
    const failing = () => {
      throw new Error('tags');
    };
    server = await framework.serve({
      express(app) {
        app.use(expressCache({ cache: createCache() }));
        app.get(
          '/tags',
          expressCache.route({ ttl: '5s', tags: failing }),
          (_request, response) => void response.json({}),
        );
        app.get(
          '/key',
          expressCache.route({ ttl: '5s', key: failing }),
          (_request, response) => void response.json({}),
        );
        app.use((_error: unknown, _request: unknown, response: { sendStatus(code: number): void }, _next: unknown) => {
          response.sendStatus(500);
        });
      },
      async fastify(app) {
        await app.register(fastifyCache({ cache: createCache() }));
        app.get('/tags', { onRequest: fastifyCache.route({ ttl: '5s', tags: failing }) }, async () => ({}));
        app.get('/key', { onRequest: fastifyCache.route({ ttl: '5s', key: failing }) }, async () => ({}));
      },
    });
    for (const path of ['/tags', '/key']) expect((await send(server.url + path)).status).toBe(500);
    const together = await Promise.all([1, 2, 3].map(() => send(`${server.url}/tags`)));
    expect(together.map(({ status }) => status)).toEqual([500, 500, 500]);
  });

  it('lets what follows a response follow a hit as well', async () => {
    const done: number[] = [];
    server = await framework.serve({
      express(app) {
        app.use((_request, response, next) => {
          response.once('finish', () => done.push(response.statusCode));
          next();
        });
        app.use(expressCache({ cache: createCache() }));
        app.get('/page', expressCache.route({ ttl: '5s' }), (_request, response) => void response.json({}));
      },
      async fastify(app) {
        app.addHook('onResponse', async (_request, reply) => void done.push(reply.statusCode));
        await app.register(fastifyCache({ cache: createCache() }));
        app.get('/page', { onRequest: fastifyCache.route({ ttl: '5s' }) }, async () => ({}));
      },
    });
    await send(`${server.url}/page`);
    const hit = await eventually(async () => {
      const reply = await send(`${server.url}/page`);
      return statusOf(reply).includes('hit') && reply;
    });
    const count = done.length;
    await send(`${server.url}/page`, { headers: { 'if-none-match': hit ? String(hit.headers.etag) : '' } });
    await eventually(() => done.length === count + 1);
    expect(done.at(-1)).toBe(304);
  });
});
