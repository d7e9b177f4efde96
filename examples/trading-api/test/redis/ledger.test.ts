import { createRedisPool, type RedisPool } from '@breakwater/redis-pool';
import { type RedisServer, startRedis } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BOOK_LENGTH } from '../../src/ledger/book.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { createTrade, isTrade, type Trade } from '../../src/trading/trade.ts';

let server: RedisServer;
let redis: Redis;
let pools: RedisPool[];

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.port, { lazyConnect: false });
  redis.on('error', () => {});
  pools = [1, 2].map(() => createRedisPool({ url: server.url, lanes: 1, deadlineMs: '10s' }));
});
afterAll(async () => {
  redis.disconnect();
  await Promise.all(pools.map((pool) => pool.close()));
  await server.stop();
});
beforeEach(() => redis.flushall());

const KEY = 'bw:1:trading-api:trades:{AAPL-USD}';
const trade = (nowMs: number): Trade => createTrade({ pair: 'AAPL-USD', side: 'buy', quantity: 1, price: 100 }, nowMs);
const ledgers = () =>
  pools.map((pool) => createLedger('trades', isTrade, pool)) as [
    ReturnType<typeof createLedger<Trade>>,
    ReturnType<typeof createLedger<Trade>>,
  ];

describe('a ledger in Redis', () => {
  it('is seen by every instance, newest first', async () => {
    const [here, there] = ledgers();
    const [first, second] = [trade(1000), trade(2000)];
    expect(await here.append('AAPL-USD', first)).toBe(true);
    expect(await there.append('AAPL-USD', second)).toBe(true);
    expect(await here.recent('AAPL-USD', 10)).toEqual([second, first]);
    expect(await there.recent('AAPL-USD', 1)).toEqual([second]);
    expect(await there.recent('SPX-USD', 10)).toEqual([]);
  });

  it('is bounded in length and in time', async () => {
    const [here] = ledgers();
    for (let count = 0; count < BOOK_LENGTH + 5; count += 1) await here.append('AAPL-USD', trade(count));
    expect(await redis.llen(KEY)).toBe(BOOK_LENGTH);
    expect(await redis.pttl(KEY)).toBeGreaterThan(0);
  });

  it('passes over what is no entry', async () => {
    const [here] = ledgers();
    const good = trade(1000);
    await here.append('AAPL-USD', good);
    await redis.lpush(KEY, '{"id":', 'null', '{"id":"a","at":"b","pair":"DOGE-USD"}');
    expect(await here.recent('AAPL-USD', 10)).toEqual([good]);
  });

  it('keeps an entry that Redis does not take for its own instance, and says that it is not durable', async () => {
    const [here, there] = ledgers();
    const [before, during] = [trade(1000), trade(2000)];
    await here.append('AAPL-USD', before);
    await redis.rename(KEY, 'elsewhere');
    await redis.set(KEY, 'no list');
    expect(await here.append('AAPL-USD', during)).toBe(false);
    expect(await here.recent('AAPL-USD', 10)).toEqual([during, before]);
    await redis.rename('elsewhere', KEY);
    expect(await here.recent('AAPL-USD', 10)).toEqual([during, before]);
    expect(await there.recent('AAPL-USD', 10)).toEqual([before]);
  });
});
