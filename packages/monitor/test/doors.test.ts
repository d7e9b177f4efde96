import { createRateLimiter } from '@breakwater/rate-limit';
import { rateLimit as expressLimit } from '@breakwater/rate-limit/express';
import { rateLimit as fastifyLimit } from '@breakwater/rate-limit/fastify';
import { type Framework, frameworks, type RunningServer } from '@breakwater/testkit';
import type express from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import { monitor as expressMonitor } from '../src/express.ts';
import { monitor as fastifyMonitor } from '../src/fastify.ts';
import { createMonitor, type MonitorOptions } from '../src/index.ts';
import { parseExposition } from './exposition.ts';
import { allParts } from './sample-stats.ts';

const admins: MonitorOptions = {
  ...allParts(),
  authorize: (request) => request.headers.authorization === 'Bearer admin',
};
const asAdmin = { headers: { authorization: 'Bearer admin' } };

describe.each(frameworks)('on $name', (framework: Framework) => {
  let server: RunningServer | undefined;
  afterEach(async () => server?.close());

  async function serve(options: MonitorOptions = admins, prefix = ''): Promise<string> {
    const handle = createMonitor(options);
    server = await framework.serve({
      express(app) {
        if (prefix) app.use(prefix, expressMonitor(handle));
        else app.use(expressMonitor(handle));
        app.get('/hello', (_request, response) => void response.send('hello'));
      },
      async fastify(app) {
        await app.register(fastifyMonitor(handle), { prefix });
        app.get('/hello', async () => 'hello');
      },
    });
    return server.url;
  }

  it('counts no health check where limiter and pages stand as the README has them', async () => {
    const handle = createMonitor(admins);
    const limiter = createRateLimiter<never>({ plans: { anonymous: '2/min' } });
    server = await framework.serve({
      express(app) {
        app.use(expressMonitor(handle));
        app.use(expressLimit(limiter));
        app.get('/hello', (_request, response) => void response.send('hello'));
      },
      async fastify(app) {
        await app.register(fastifyMonitor(handle));
        await app.register(async (api) => {
          await api.register(fastifyLimit(limiter));
          api.get('/hello', async () => 'hello');
        });
      },
    });
    const statuses: number[] = [];
    for (const path of ['/health', '/hello', '/health', '/hello', '/health', '/hello', '/health']) {
      statuses.push((await fetch(server.url + path)).status);
    }
    limiter.close();
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 200]);
  });

  const pages: readonly [path: string, guarded: boolean, contentType: string][] = [
    ['/metrics', false, 'text/plain; version=0.0.4; charset=utf-8'],
    ['/health', false, 'application/json; charset=utf-8'],
    ['/api/admin/cache/stats', true, 'application/json; charset=utf-8'],
    ['/api/admin/cache/health', true, 'application/json; charset=utf-8'],
  ];

  it.each(pages)('%s', async (path, guarded, contentType) => {
    const url = (await serve()) + path;

    const open = await fetch(url);
    expect(open.status).toBe(guarded ? 403 : 200);
    expect(open.headers.get('content-type')).toBe(guarded ? 'application/problem+json' : contentType);
    expect(open.headers.get('cache-control')).toBe('no-store');
    expect((await open.text()).includes('healthy')).toBe(path === '/health');

    const answer = await fetch(url, asAdmin);
    const body = await answer.text();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe(contentType);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('content-length')).toBe(String(Buffer.byteLength(body)));

    const head = await fetch(url, { ...asAdmin, method: 'HEAD' });
    expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([200, contentType, '']);

    const post = await fetch(url, { ...asAdmin, method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(post.headers.get('cache-control')).toBe('no-store');
    expect(post.headers.get('content-type')).toBe('application/problem+json');
  });

  it('what is exposed parses, and the rest of the application is left alone', async () => {
    const url = await serve();
    const { value } = parseExposition(await (await fetch(`${url}/metrics`)).text());
    expect(value('redis_health_status', { name: 'default' })).toBe(1);
    expect(await (await fetch(`${url}/hello`)).text()).toBe('hello');
    expect((await fetch(`${url}/metrics/other`)).status).toBe(404);
  });

  it('paths can be set, and stand under a prefix', async () => {
    const url = await serve({ ...admins, paths: { metrics: '/m', health: null, admin: '/caches' } }, '/ops');
    const statuses = [];
    for (const path of ['/ops/m', '/ops/caches/stats', '/ops/caches/health', '/ops/health', '/m', '/caches/stats']) {
      statuses.push((await fetch(url + path, asAdmin)).status);
    }
    expect(statuses).toEqual([200, 200, 200, 404, 404, 404]);
  });

  it('a metric of the user that fails to collect is the framework’s error, not a hanging scrape', async () => {
    const { Gauge, Registry } = await import('prom-client');
    const registry = new Registry();
    new Gauge({
      name: 'broken',
      help: 'Broken.',
      registers: [registry],
      collect() {
        throw new Error('no');
      },
    });
    const url = await serve({ ...admins, metrics: { registry } });
    expect((await fetch(`${url}/metrics`)).status).toBe(500);
  });
});

it('authorize may be typed for the framework it is used on', () => {
  const forExpress = createMonitor({ authorize: (request: express.Request) => request.get('x-admin') === 'yes' });
  expect(expressMonitor(forExpress)).toBeTypeOf('function');
  // @ts-expect-error An Express request's `get` is not there on Fastify.
  expect(fastifyMonitor(forExpress)).toBeTypeOf('function');
});
