import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, type RedisServer, startRedis } from '@breakwater/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningApi, startTradingApi } from '../trading-api.ts';

let server: RedisServer;
let api: RunningApi;

beforeAll(async () => {
  server = await startRedis();
  const env = { BREAKWATER_ADMIN_TOKEN: ADMIN_TOKEN, BREAKWATER_TRUSTED_PROXIES: 'loopback' };
  api = await startTradingApi({ redisUrl: server.url, env });
});
afterAll(async () => {
  await api.stop();
  await server.stop();
});

const ADMIN_TOKEN = 'what the operators have in their drawer';

/** What the admin page says, asked without a session, which Redis would have to answer. */
async function health(): Promise<string> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
  const response = await fetch(`${api.server.url}/api/admin/cache/health`, { headers });
  expect(response.status).toBe(200);
  return ((await response.json()) as { status: string }).status;
}

const PATHS = [
  '/api/market/price/AAPL-USD',
  '/api/market/orderbook/SPX-USD',
  '/api/market/ohlcv/AAPL-USD?limit=5',
  '/api/market/tokens/SPX',
  '/api/indicators/AAPL-USD/rsi',
  '/api/ml/predict/forest/SPX-USD',
  '/health',
];

interface Load {
  readonly statuses: Map<number, number>;
  /** Resolves when so many more requests have been answered. */
  goesOnFor(requests: number): Promise<void>;
  stop(): Promise<void>;
}

/** Callers that ask for everything in turn, each time from another address, so that no limit ends it. */
function putUnderLoad(callers: number): Load {
  let isOver = false;
  const statuses = new Map<number, number>();

  async function ask(caller: number): Promise<void> {
    for (let turn = caller; !isOver; turn += 1) {
      const headers = { 'x-forwarded-for': `10.${caller}.${turn >> 8}.${turn % 256}` };
      const response = await fetch(api.server.url + PATHS[turn % PATHS.length], { headers });
      await response.arrayBuffer();
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      await sleep(2);
    }
  }
  const asking = Promise.all(Array.from({ length: callers }, (_, caller) => ask(caller)));
  const answered = () => [...statuses.values()].reduce((sum, count) => sum + count, 0);
  return {
    statuses,
    async goesOnFor(requests) {
      const enough = answered() + requests;
      await eventually(() => answered() >= enough);
    },
    async stop() {
      isOver = true;
      await asking;
    },
  };
}

describe('redis-server that is killed under load and started again', () => {
  it('costs not one 5xx, shows as degraded, and is healthy again without a restart of the application', async () => {
    await eventually(async () => (await health()) === 'healthy');
    const load = putUnderLoad(8);
    await load.goesOnFor(50);

    await server.kill();
    await eventually(async () => (await health()) === 'degraded');
    // The load goes on meanwhile: one moment without Redis would prove little.
    await load.goesOnFor(200);
    expect(await health()).toBe('degraded');

    await server.restart();
    await eventually(async () => (await health()) === 'healthy');
    await load.goesOnFor(50);
    await load.stop();

    expect([...load.statuses.keys()]).toEqual([200]);
  });

  it('leaves sessions, trades and shared counting working once it is back', async () => {
    const trader = await api.loggedIn('premium');
    const { body } = await trader.post('/api/trades').send({ pair: 'SPX-USD', side: 'sell', quantity: 1 }).expect(201);
    expect(body.durable).toBe(true);
  });
});

describe('while Redis is away', () => {
  it('nobody can log in, and a caller with a session hears why, instead of being taken for a stranger', async () => {
    const trader = await api.loggedIn('trader');
    await server.kill();
    try {
      await eventually(() => api.suite.pool?.health === 'down');
      const refused = await trader.post('/api/trades').send({}).expect(503);
      expect(JSON.parse(refused.text).type).toBe('urn:breakwater:problem:ERR_TRADING_API_SESSIONS_UNAVAILABLE');
      expect(refused.get('retry-after')).toBe('5');
      const login = await api.browser().post('/api/login').send({ username: 'trader', password: 'trader' });
      expect([login.status, login.get('Set-Cookie')]).toEqual([503, undefined]);
      expect((await trader.get('/api/market/price/AAPL-USD')).status).toBeLessThan(500);
    } finally {
      await server.restart();
    }
  });
});
