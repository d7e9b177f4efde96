import { type Framework, frameworks, type RunningServer } from '@breakwater/testkit';
import type { Request } from 'express';
import type { FastifyRequest } from 'fastify';
import supertest from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { rateLimit as rateLimitExpress } from '../src/express.ts';
import { rateLimit as rateLimitFastify } from '../src/fastify.ts';
import { createRateLimiter, type RateLimiter, type RateLimiterOptions } from '../src/index.ts';

type AnyRequest = Request | FastifyRequest;
type Source = RateLimiterOptions<AnyRequest> | RateLimiter<AnyRequest>;

const byRole = (request: AnyRequest) => String(request.headers['x-role'] ?? 'anonymous');

let server: RunningServer | undefined;
let handled: number;

/** Two routes, `/` behind every limiter and `/login` behind `login` too where it is given. */
async function start(framework: Framework, limits: Source[], login?: Source): Promise<void> {
  handled = 0;
  const answer = () => {
    handled += 1;
    return { handled };
  };
  server = await framework.serve({
    express(app) {
      app.set('trust proxy', 'loopback');
      for (const limit of limits) app.use(rateLimitExpress(limit));
      if (login) app.use('/login', rateLimitExpress(login));
      app.get('/', (_request, response) => void response.json(answer()));
      app.get('/login', (_request, response) => void response.json(answer()));
    },
    async fastify(app) {
      for (const limit of limits) await app.register(rateLimitFastify(limit));
      app.get('/', answer);
      await app.register(async (scope) => {
        if (login) await scope.register(rateLimitFastify(login));
        scope.get('/login', answer);
      });
    },
  });
}

const get = (path = '/', headers: Record<string, string> = {}) =>
  supertest(server?.url ?? '')
    .get(path)
    .set(headers);

afterEach(async () => {
  await server?.close();
  server = undefined;
});

describe.each(frameworks)('rateLimit on $name', (framework) => {
  it('refuses the 61st anonymous request of a minute with a problem document and the time to come back', async () => {
    await start(framework, [{}]);
    for (let left = 59; left >= 0; left -= 1) {
      const response = await get();
      expect(response.status).toBe(200);
      expect(response.headers['ratelimit-policy']).toBe('"anonymous";q=60;w=60');
      expect(response.headers.ratelimit).toMatch(new RegExp(`^"anonymous";r=${left};t=\\d+$`));
      expect(response.headers).not.toHaveProperty('retry-after');
    }
    const refused = await get();
    expect(refused.status).toBe(429);
    expect(refused.headers['content-type']).toBe('application/problem+json');
    const retryAfterSeconds = Number(refused.headers['retry-after']);
    expect(retryAfterSeconds).toBeGreaterThan(0);
    expect(retryAfterSeconds).toBeLessThanOrEqual(60);
    expect(refused.headers.ratelimit).toBe(`"anonymous";r=0;t=${retryAfterSeconds}`);
    expect(JSON.parse(refused.text)).toMatchObject({
      type: 'urn:breakwater:problem:ERR_RATE_LIMIT_EXCEEDED',
      status: 429,
      plan: 'anonymous',
      limit: 60,
      windowSeconds: 60,
      retryAfterSeconds,
    });
    expect(handled).toBe(60);
  });

  it('lets a client back in that comes when it was told to', async () => {
    let now = 1_700_000_000_000;
    await start(framework, [{ plans: { anonymous: '2/min' }, clock: { now: () => now } }]);
    await get();
    now += 1234;
    await get();
    const { status, headers } = await get();
    expect(status).toBe(429);
    now += Number(headers['retry-after']) * 1000;
    expect((await get()).status).toBe(200);
    expect((await get()).status).toBe(429);
  });

  it('refuses a HEAD request without a body', async () => {
    await start(framework, [{ plans: { anonymous: '1/min' }, clock: { now: () => 1_700_000_000_000 } }]);
    await get();
    const refused = await supertest(server?.url ?? '').head('/');
    expect(refused.status).toBe(429);
    expect(refused.headers['retry-after']).toBe('60');
    expect(refused.headers['content-type']).toBe('application/problem+json');
    expect(refused.text ?? '').toBe('');
  });

  it('gives each role its plan, also where the plan is looked up asynchronously', async () => {
    const plans = { anonymous: '1/min', authenticated: '2/min', admin: '1000/min' } as const;
    await start(framework, [{ plans, plan: async (request) => byRole(request) }]);
    const statuses = async (role: string) => [
      (await get('/', { 'x-role': role })).status,
      (await get('/', { 'x-role': role })).status,
      (await get('/', { 'x-role': role })).status,
    ];
    expect(await statuses('anonymous')).toEqual([200, 429, 429]);
    expect(await statuses('authenticated')).toEqual([200, 200, 429]);
    expect(await statuses('admin')).toEqual([200, 200, 200]);
  });

  it('counts by the address the framework trusts, whatever X-Forwarded-For claims', async () => {
    // Express is told to trust the loopback proxy, Fastify to trust none.
    const isProxied = framework.name.startsWith('Express');
    await start(framework, [{ plans: { anonymous: '1/min' } }]);
    expect((await get('/', { 'x-forwarded-for': '203.0.113.1' })).status).toBe(200);
    expect((await get('/', { 'x-forwarded-for': '203.0.113.2' })).status).toBe(isProxied ? 200 : 429);
    expect((await get('/', { 'x-forwarded-for': '198.51.100.7, 203.0.113.1' })).status).toBe(429);
    expect((await get('/', { 'x-forwarded-for': '203.0.113.1' })).status).toBe(429);
  });

  it('never answers 500 because a callback of the application fails', async () => {
    const fail = () => {
      throw new Error('a bug in the application');
    };
    await start(framework, [{ plans: { anonymous: '2/min' }, plan: fail, key: fail, skip: fail }]);
    expect([(await get()).status, (await get()).status, (await get()).status]).toEqual([200, 200, 429]);
  });

  it('leaves a skipped request alone', async () => {
    await start(framework, [{ plans: { anonymous: '1/min' }, skip: (request) => request.url === '/login' }]);
    for (let hit = 0; hit < 3; hit += 1) {
      const response = await get('/login');
      expect(response.status).toBe(200);
      expect(response.headers).not.toHaveProperty('ratelimit');
    }
  });

  it('counts a request once that passes two mounts of one limiter, and shows both in one statistic', async () => {
    const limiter = createRateLimiter<AnyRequest>({ plans: { anonymous: '3/min' } });
    await start(framework, [limiter, limiter], limiter);
    expect((await get('/login')).headers.ratelimit).toMatch(/^"anonymous";r=2;t=\d+$/);
    expect((await get('/')).headers.ratelimit).toMatch(/^"anonymous";r=1;t=\d+$/);
    expect(limiter.stats().plans).toEqual({ anonymous: { allowed: 2, denied: 0 } });
  });

  it('lists both policies of a request that passes two limiters, and the tighter one refuses', async () => {
    await start(framework, [{ plans: { anonymous: '60/min' } }], { plans: { login: '1/15min' } });
    const allowed = await get('/login');
    expect(allowed.status).toBe(200);
    expect(allowed.headers['ratelimit-policy']).toBe('"anonymous";q=60;w=60, "login";q=1;w=900');
    expect(allowed.headers.ratelimit).toMatch(/^"anonymous";r=59;t=\d+, "login";r=0;t=\d+$/);
    const refused = await get('/login');
    expect(refused.status).toBe(429);
    expect(JSON.parse(refused.text)).toMatchObject({ plan: 'login', limit: 1, windowSeconds: 900 });
    expect((await get('/')).status).toBe(200);
  });
});

describe('the doors', () => {
  it('show their limiter, and take one that is ready', () => {
    const limiter = createRateLimiter<AnyRequest>();
    expect(rateLimitExpress(limiter).limiter).toBe(limiter);
    expect(rateLimitFastify(limiter).limiter).toBe(limiter);
    expect(rateLimitExpress().limiter.stats().plans).toHaveProperty('admin');
  });

  it('refuse wrong options when they are made, not when a request comes', () => {
    const wrong = { plans: { anonymous: 'sixty' } } as unknown as RateLimiterOptions<AnyRequest>;
    expect(() => rateLimitExpress(wrong)).toThrow(expect.objectContaining({ code: 'ERR_RATE_LIMIT_OPTION' }));
    expect(() => rateLimitFastify(wrong)).toThrow(expect.objectContaining({ code: 'ERR_RATE_LIMIT_OPTION' }));
  });
});
