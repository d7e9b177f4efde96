import { createManualClock } from '@breakwater/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningApi, startTradingApi } from './trading-api.ts';

const clock = createManualClock();
let api: RunningApi;

beforeAll(async () => {
  api = await startTradingApi({ clock });
});
afterAll(() => api.stop());

const NUMBER = expect.any(Number);
const LEVELS = expect.arrayContaining([{ price: NUMBER, quantity: NUMBER }]);
const REPLAY = { replayed: true, asOf: '2023-11-14T22:13:20.000Z' };

describe('the trading API', () => {
  it('lists its routes', async () => {
    const { body } = await api.browser().get('/').expect(200);
    expect(body.pairs).toEqual(['AAPL-USD', 'SPX-USD']);
    expect(Object.keys(body.routes)).toContain('GET /api/market/price/:pair');
  });

  it.each([
    ['/api/market/price/AAPL-USD', 5, { ...REPLAY, pair: 'AAPL-USD', price: NUMBER, lastTrade: null }],
    ['/api/market/orderbook/SPX-USD', 10, { ...REPLAY, pair: 'SPX-USD', bids: LEVELS, asks: LEVELS }],
    ['/api/market/ohlcv/AAPL-USD', 3600, { ...REPLAY, bars: expect.any(Array) }],
    ['/api/market/tokens/aapl', 86_400, { symbol: 'AAPL', name: 'Apple Inc.', decimals: 2 }],
    ['/api/indicators/SPX-USD', 60, { ...REPLAY, indicators: expect.objectContaining({ rsi: NUMBER, sma: NUMBER }) }],
    ['/api/indicators/AAPL-USD/rsi', 60, { ...REPLAY, indicator: 'rsi', period: 14, value: NUMBER }],
    ['/api/indicators/AAPL-USD/macd?period=20', 60, { period: 20, value: expect.objectContaining({ signal: NUMBER }) }],
    ['/api/indicators/AAPL-USD/sma', 60, { period: 20, value: NUMBER }],
    ['/api/indicators/AAPL-USD/ema', 60, { period: 20, value: NUMBER }],
    ['/api/indicators/aapl-usd/bollinger', 60, { value: expect.objectContaining({ lower: NUMBER, upper: NUMBER }) }],
    ['/api/ml/predict/forest/AAPL-USD', 30, { ...REPLAY, model: 'forest', version: 1, predictedReturn: NUMBER }],
    [
      '/api/ml/predict/linear/SPX-USD',
      30,
      { model: 'linear', evaluation: expect.objectContaining({ samples: NUMBER }) },
    ],
  ])('GET %s answers, and out of the cache for %i s from then on', async (path, ttlSeconds, expected) => {
    const first = await api.browser().get(path).expect(200);
    expect(first.body).toMatchObject(expected);
    expect(first.get('cache-status')).toBe('breakwater; fwd=uri-miss; stored');

    const second = await api.browser().get(path).expect(200);
    expect(second.get('cache-status')).toBe(`breakwater; hit; ttl=${ttlSeconds}; detail=memory`);
    expect(second.body).toEqual(first.body);
    const tag = second.get('etag') ?? 'none';
    await api.browser().get(path).set('if-none-match', tag).expect(304);
  });

  it('gives as many closed days as it is asked for', async () => {
    const { body } = await api.browser().get('/api/market/ohlcv/SPX-USD?limit=3').expect(200);
    expect(body.bars).toHaveLength(3);
    expect(body.bars[0]).toEqual({
      date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      ...{ open: NUMBER, high: NUMBER, low: NUMBER, close: NUMBER, volume: NUMBER },
    });
  });

  it.each([
    ['/api/market/price/SPX-USD', '/api/market/price/spx-usd?nothing=1'],
    ['/api/market/ohlcv/SPX-USD?limit=7', '/api/market/ohlcv/SPX-USD?nothing=1&limit=7'],
    ['/api/indicators/SPX-USD/ema?period=9', '/api/indicators/spx-usd/EMA?period=9&nothing=1'],
  ])('answers %s and %s with one stored answer', async (path, otherwise) => {
    await api.browser().get(path).expect(200);
    expect((await api.browser().get(otherwise).expect(200)).get('cache-status')).toContain('hit');
  });

  it('shares a stored answer with callers who are logged in', async () => {
    const trader = await api.loggedIn('trader');
    await api.browser().get('/api/market/price/SPX-USD').expect(200);
    const { headers } = await trader.get('/api/market/price/SPX-USD').expect(200);
    expect(headers['cache-status']).toContain('hit');
    expect(headers['set-cookie']).toBeUndefined();
  });
});

describe('a write', () => {
  it('that is a trade shows in the price at once', async () => {
    const trader = await api.loggedIn('trader');
    const path = '/api/market/price/AAPL-USD';
    const before = await trader.get(path).expect(200);
    const { body } = await trader.post('/api/trades').send({ pair: 'aapl-usd', side: 'buy', quantity: 2 }).expect(201);
    expect(body).toEqual({
      trade: {
        ...{ id: expect.any(String), at: REPLAY.asOf, pair: 'AAPL-USD', side: 'buy', quantity: 2 },
        price: before.body.price,
      },
      durable: false,
    });
    const after = await trader.get(path).expect(200);
    expect(after.get('cache-status')).toContain('fwd=uri-miss');
    expect(after.body.lastTrade).toEqual(body.trade);
  });

  it.each([['/api/market/orderbook/AAPL-USD'], ['/api/indicators/AAPL-USD/rsi'], ['/api/ml/predict/forest/AAPL-USD']])(
    'that is a trade makes %s of its pair a miss, and of the other pair none',
    async (path) => {
      const trader = await api.loggedIn('premium');
      const other = path.replace('AAPL', 'SPX');
      await trader.get(path).expect(200);
      await trader.get(other).expect(200);
      await trader.post('/api/trades').send({ pair: 'AAPL-USD', side: 'sell', quantity: 1, price: 100 }).expect(201);
      expect((await trader.get(path)).get('cache-status')).toContain('fwd=uri-miss');
      expect((await trader.get(other)).get('cache-status')).toContain('hit');
    },
  );

  it('that is an order shows in the order book at once, and leaves the price alone', async () => {
    const trader = await api.loggedIn('premium');
    const { body } = await trader.get('/api/market/price/SPX-USD').expect(200);
    await trader.get('/api/market/orderbook/SPX-USD').expect(200);
    const price = Math.floor(body.price / 2);
    await trader.post('/api/orders').send({ pair: 'SPX-USD', side: 'buy', quantity: 7, price }).expect(201);
    const book = await trader.get('/api/market/orderbook/SPX-USD').expect(200);
    expect(book.body.bids.at(-1)).toEqual({ price, quantity: 7 });
    expect((await trader.get('/api/market/price/SPX-USD')).get('cache-status')).toContain('hit');
  });

  it('that retrains a model makes all predictions of that model new ones', async () => {
    const admin = await api.loggedIn('admin');
    for (const path of ['forest/AAPL-USD', 'forest/SPX-USD', 'linear/AAPL-USD'])
      await admin.get(`/api/ml/predict/${path}`);
    const { body } = await admin.post('/api/ml/models/forest/retrain').send({ window: 60, seed: 3 }).expect(200);
    expect(body).toMatchObject({ model: 'forest', version: 2, window: 60, seed: 3, durable: false });

    const forest = await admin.get('/api/ml/predict/forest/SPX-USD').expect(200);
    expect(forest.get('cache-status')).toContain('fwd=uri-miss');
    expect(forest.body).toMatchObject({ version: 2, evaluation: body.evaluation });
    expect((await admin.get('/api/ml/predict/linear/AAPL-USD')).get('cache-status')).toContain('hit');
  });
});
