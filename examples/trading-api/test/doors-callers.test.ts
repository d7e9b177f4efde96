import { eventually } from '@breakwater/testkit';
import type { Response } from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningApi, startTradingApi } from './trading-api.ts';

let api: RunningApi;
const logged: [event: string, fields: object][] = [];

beforeAll(async () => {
  api = await startTradingApi({
    // What is stored is to be there when it is looked at, on a slow machine too.
    env: { BREAKWATER_CACHE_MARKET_PRICE_TTL: '1h' },
    log: (event, fields) => logged.push([event, fields]),
  });
});
afterAll(() => api.stop());

const PRICE = '/api/market/price/AAPL-USD';

function cookieOf(response: Response): string {
  return response.get('Set-Cookie')?.[0]?.split(';')[0] ?? 'none';
}

describe('an account', () => {
  it.each([
    ['trader', '"authenticated";q=120;w=60'],
    ['premium', '"premium";q=300;w=60'],
    ['admin', '"admin";q=1000;w=60'],
  ])('%s has the plan of its role', async (name, policy) => {
    const agent = await api.loggedIn(name);
    expect((await agent.get(PRICE).expect(200)).get('ratelimit-policy')).toBe(policy);
  });

  it('gets a new session id at its login, so that a planted one is worth nothing', async () => {
    const first = cookieOf(await api.browser().post('/api/login').send({ username: 'trader', password: 'trader' }));
    const again = await api
      .browser()
      .post('/api/login')
      .set('cookie', first)
      .send({ username: 'admin', password: 'admin' })
      .expect(200, { username: 'admin', role: 'admin' });
    expect(cookieOf(again)).not.toBe(first);
    expect(again.get('Set-Cookie')?.[0]).toMatch(/HttpOnly; SameSite=Lax/);
    await api.browser().post('/api/trades').set('cookie', first).send({}).expect(401);
  });

  it('is logged out for good, with the old cookie too', async () => {
    const login = await api.browser().post('/api/login').send({ username: 'trader', password: 'trader' });
    const logout = () => api.browser().post('/api/logout').set('cookie', cookieOf(login)).send({});
    await logout().expect(204);
    await logout().expect(401);
  });
});

describe('an admin', () => {
  it('sees hit rates by kind, and the health', async () => {
    const admin = await api.loggedIn('admin');
    await admin.get(PRICE);
    await admin.get(PRICE);
    const stats = await admin.get('/api/admin/cache/stats').expect(200);
    expect(JSON.stringify(stats.body)).toContain('"price"');
    const health = await admin.get('/api/admin/cache/health').expect(200);
    expect(health.body.status).toBe('healthy');
  });

  it('asks why a price is answered as it is, sees what is stored, and purges it, which is logged', async () => {
    const admin = await api.loggedIn('admin');
    const post = (page: string, said: object) => admin.post(`/api/admin/cache/http/${page}`).send(said).expect(200);
    await admin.get(PRICE).expect(200);
    const explain = () =>
      post('explain', {
        url: `${api.server.url}${PRICE}`,
        policy: 'price',
        request: { params: { pair: PRICE.split('/').at(-1) }, query: {} },
      });
    await eventually(async () => expect((await explain()).body).toMatchObject({ outcome: 'hit' }));
    const listed = await admin.get('/api/admin/cache/http/responses?route=price').expect(200);
    expect(listed.body.responses).toMatchObject([{ policy: 'price', status: 200 }]);

    const target = { route: 'price' };
    expect((await post('purge', { target, dryRun: true })).body).toMatchObject({ memory: { entries: 1 } });
    expect((await post('purge', { target })).body).toMatchObject({ memoryEntries: 1 });
    expect((await explain()).body).toMatchObject({ outcome: 'miss' });
    expect(logged).toContainEqual([
      'monitor:change-made',
      { change: 'purge', name: 'default', said: { target }, by: 'admin' },
    ]);
  });

  it.each(['Bearer undefined', 'Bearer ', 'Basic YWRtaW46YWRtaW4='])(
    'is not whoever says "%s"',
    async (authorization) => {
      await api.browser().get('/api/admin/cache/health').set({ authorization }).expect(403);
    },
  );

  it('is audited', async () => {
    const audited: string[] = [];
    api.suite.limiter.on('request:allowed', ({ plan }) => audited.push(plan));
    const admin = await api.loggedIn('admin');
    await admin.get(PRICE).expect(200);
    expect(audited).toEqual(['admin']);
  });
});

describe('a stranger', () => {
  it('may ask 60 times a minute, whatever address it claims, and is told when to come back', async () => {
    const fresh = await startTradingApi();
    for (let left = 59; left >= 0; left -= 1) {
      const response = await fresh.browser().get(PRICE).set('x-forwarded-for', `10.0.0.${left}`).expect(200);
      expect(response.get('ratelimit')).toContain(`"anonymous";r=${left}`);
    }
    const refused = await fresh.browser().get(PRICE).expect(429);
    expect(refused.get('content-type')).toBe('application/problem+json');
    const retryAfter = Number(refused.get('retry-after'));
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(60);
    // Those who watch the application are not limited.
    await fresh.browser().get('/health').expect(200);
    await fresh.browser().get('/metrics').expect(200);
    await fresh.stop();
  });
});
