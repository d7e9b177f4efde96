import { createCache } from '@breakwater/cache';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEventBus } from './events.ts';
import { invalidateOnEvents, invalidationRules } from './invalidation-rules.ts';
import { createTrade } from './trading/trade.ts';

const trade = createTrade({ pair: 'AAPL-USD', side: 'buy', quantity: 1, price: 100 }, 0);

describe('the invalidation rules', () => {
  let cache: ReturnType<typeof createCache>;
  beforeEach(() => {
    cache = createCache();
  });
  afterEach(() => cache.close());

  it('a trade makes the prices, order books, indicators and predictions of its pair untrue', async () => {
    expect(await invalidationRules(cache).emit('trade:executed', trade)).toMatchObject({
      tags: ['price:AAPL-USD', 'orderbook:AAPL-USD', 'indicators:AAPL-USD', 'predictions:AAPL-USD'],
    });
  });

  it('an order makes only the order book of its pair untrue', async () => {
    expect(await invalidationRules(cache).emit('order:placed', trade)).toMatchObject({ tags: ['orderbook:AAPL-USD'] });
  });

  it('a retrained model makes all its predictions untrue', async () => {
    expect(await invalidationRules(cache).emit('model:retrained', { model: 'forest', version: 2 })).toMatchObject({
      tags: ['model:forest'],
    });
  });

  it('are carried out before the publisher goes on', async () => {
    const events = createEventBus();
    invalidateOnEvents(events, cache);
    await cache.set('book', 'old', { tags: ['orderbook:AAPL-USD'] });
    await cache.set('price', 'kept', { tags: ['price:AAPL-USD'] });
    await events.publish('order:placed', trade);
    expect([cache.peek('book'), cache.peek('price')?.value]).toEqual([undefined, 'kept']);
  });
});
