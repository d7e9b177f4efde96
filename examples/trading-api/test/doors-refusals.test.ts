import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { createManualClock } from '@breakwater/testkit';
import type { Response } from 'supertest';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RunningApi, startTradingApi } from './trading-api.ts';

let api: RunningApi;
let admin: Awaited<ReturnType<RunningApi['loggedIn']>>;

beforeAll(async () => {
  // The replay's first moment: the least history there ever is.
  api = await startTradingApi({ clock: createManualClock(0) });
  admin = await api.loggedIn('admin');
});
afterAll(() => api.stop());

function expectProblem(response: Response, status: number, what: string): void {
  expect(response.status).toBe(status);
  expect(response.get('content-type')).toBe('application/problem+json');
  expect(response.get('cache-control')).toBe('no-store');
  const body = JSON.parse(response.text);
  expect(body).toMatchObject({ type: `urn:breakwater:problem:ERR_TRADING_API_${what}`, status });
  expect(body.detail).not.toMatch(/\.ts|\.js|\n/);
}

const TRADE = { pair: 'AAPL-USD', side: 'buy', quantity: 1 };

describe('a GET that cannot be served', () => {
  it.each([
    ['/api/market/price/DOGE-USD', 404, 'UNKNOWN_PAIR'],
    ['/api/market/orderbook/AAPL', 404, 'UNKNOWN_PAIR'],
    ['/api/market/ohlcv/__proto__', 404, 'UNKNOWN_PAIR'],
    ['/api/market/ohlcv/AAPL-USD?limit=0', 400, 'INVALID_FIELD'],
    ['/api/market/ohlcv/AAPL-USD?limit=501', 400, 'INVALID_FIELD'],
    ['/api/market/ohlcv/AAPL-USD?limit=ten', 400, 'INVALID_FIELD'],
    ['/api/market/ohlcv/AAPL-USD?limit=1&limit=2', 400, 'INVALID_FIELD'],
    ['/api/market/ohlcv/AAPL-USD?limit=', 400, 'INVALID_FIELD'],
    ['/api/market/tokens/DOGE', 404, 'UNKNOWN_TOKEN'],
    ['/api/indicators/DOGE-USD', 404, 'UNKNOWN_PAIR'],
    ['/api/indicators/AAPL-USD/astrology', 404, 'UNKNOWN_INDICATOR'],
    ['/api/indicators/AAPL-USD/constructor', 404, 'UNKNOWN_INDICATOR'],
    ['/api/indicators/AAPL-USD/rsi?period=1', 400, 'INVALID_FIELD'],
    ['/api/indicators/AAPL-USD/rsi?period=201', 400, 'INVALID_FIELD'],
    ['/api/indicators/AAPL-USD/rsi?period=1e1', 400, 'INVALID_FIELD'],
    ['/api/indicators/AAPL-USD/macd?period=200', 422, 'NOT_ENOUGH_DATA'],
    ['/api/ml/predict/oracle/AAPL-USD', 404, 'UNKNOWN_MODEL'],
    ['/api/ml/predict/forest/DOGE-USD', 404, 'UNKNOWN_PAIR'],
    ['/api/market/price/%E0%A4%A', 400, 'BAD_REQUEST'],
    ['/api/nothing', 404, 'UNKNOWN_ROUTE'],
  ])('%s is %i %s, the second time too', async (path, status, what) => {
    expectProblem(await admin.get(path), status, what);
    expectProblem(await admin.get(path), status, what);
  });
});

describe('a POST that cannot be served', () => {
  it.each([
    ['another pair', { ...TRADE, pair: 'DOGE-USD' }, 400, 'INVALID_FIELD'],
    ['no side', { ...TRADE, side: undefined }, 400, 'INVALID_FIELD'],
    ['a negative quantity', { ...TRADE, quantity: -1 }, 400, 'INVALID_FIELD'],
    ['a quantity as text', { ...TRADE, quantity: '1' }, 400, 'INVALID_FIELD'],
    ['a quantity beyond reason', { ...TRADE, quantity: 1e9 }, 400, 'INVALID_FIELD'],
    ['a price of null', { ...TRADE, price: null }, 400, 'INVALID_FIELD'],
    ['a misspelt field', { ...TRADE, prise: 1 }, 400, 'INVALID_FIELD'],
    ['a list for a body', [TRADE], 400, 'INVALID_FIELD'],
  ])('a trade with %s is a problem', async (_, body, status, what) => {
    expectProblem(await admin.post('/api/trades').send(body), status, what);
  });

  it.each([
    ['without a price', {}, 400, 'INVALID_FIELD'],
    ['that would trade at once', { price: 999_999 }, 422, 'CROSSING_ORDER'],
  ])('an order %s is a problem', async (_, change, status, what) => {
    expectProblem(await admin.post('/api/orders').send({ ...TRADE, ...change }), status, what);
  });

  it.each([
    ['another model', 'oracle', {}, 404, 'UNKNOWN_MODEL'],
    ['a window beyond its limit', 'forest', { window: 501 }, 400, 'INVALID_FIELD'],
    ['a seed that is no number', 'forest', { seed: 'lucky' }, 400, 'INVALID_FIELD'],
  ])('a retraining with %s is a problem', async (_, model, body, status, what) => {
    expectProblem(await admin.post(`/api/ml/models/${model}/retrain`).send(body), status, what);
  });

  it('is 409 for a second retraining of the same model at once', async () => {
    const retrain = () => admin.post('/api/ml/models/linear/retrain').send({});
    const statuses = (await Promise.all([retrain(), retrain()])).map((response) => response.status);
    expect(statuses.toSorted()).toEqual([200, 409]);
  });

  it.each(['/api/login', '/api/trades', '/api/orders', '/api/logout'])(
    '%s wants JSON and little of it',
    async (path) => {
      const post = () => admin.post(path);
      expectProblem(await post().type('form').send({ a: 1 }), 415, 'JSON_REQUIRED');
      expectProblem(await post().type('text').send('{}'), 415, 'JSON_REQUIRED');
      expectProblem(await post(), 415, 'JSON_REQUIRED');
      expectProblem(await post().type('json').send('{"pair":'), 400, 'ENTITY_PARSE_FAILED');
      const large = JSON.stringify({ pair: 'x'.repeat(17_000) });
      expectProblem(await post().type('json').send(large), 413, 'ENTITY_TOO_LARGE');
      expectProblem(
        await post().set('content-type', 'application/json; charset=latin9').send('{}'),
        415,
        'CHARSET_UNSUPPORTED',
      );
    },
  );
});

describe('a caller', () => {
  it('of no path at all is an unknown one, and writes nothing into the log', async () => {
    const failed = vi.fn();
    const ends = [api.suite.limiter.on('plan:unknown', failed), api.suite.limiter.on('callback:failed', failed)];
    const asking = request(api.server.url, { method: 'OPTIONS', path: '*' }).end();
    const [response] = (await once(asking, 'response')) as [IncomingMessage];
    response.resume();
    for (const end of ends) end();
    expect(response.statusCode).toBe(404);
    expect(failed).not.toHaveBeenCalled();
  });

  it.each(['/api/trades', '/api/orders', '/api/logout', '/api/ml/models/forest/retrain'])(
    'who is not logged in gets 401 from %s',
    async (path) => {
      expectProblem(await api.browser().post(path).send(TRADE), 401, 'LOGIN_REQUIRED');
    },
  );

  it('without the role admin may not retrain a model nor see the admin pages', async () => {
    const trader = await api.loggedIn('trader');
    expectProblem(await trader.post('/api/ml/models/forest/retrain').send({}), 403, 'ROLE_REQUIRED');
    await trader.get('/api/admin/cache/stats').expect(403);
    await api.browser().get('/api/admin/cache/health').expect(403);
  });

  it.each([
    ['a wrong password', { username: 'trader', password: 'admin' }, 401, 'WRONG_PASSWORD'],
    ['an unknown name', { username: 'nobody', password: 'nobody' }, 401, 'WRONG_PASSWORD'],
    ['no password', { username: 'trader' }, 400, 'INVALID_FIELD'],
    ['an object for a password', { username: 'trader', password: { $ne: '' } }, 400, 'INVALID_FIELD'],
    ['an endless password', { username: 'trader', password: 'x'.repeat(129) }, 400, 'INVALID_FIELD'],
  ])('with %s is not logged in', async (_, body, status, what) => {
    const response = await admin.post('/api/login').send(body);
    expectProblem(response, status, what);
    expect(response.get('set-cookie')).toBeUndefined();
  });
});
