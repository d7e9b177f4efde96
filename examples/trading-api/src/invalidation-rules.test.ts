import type { InvalidationReport, InvalidationTarget } from '@breakwater/cache';
import { describe, expect, it } from 'vitest';
import { createEventBus } from './events.ts';
import { INVALIDATION_RULES, invalidateOnEvents } from './invalidation-rules.ts';
import { createTrade } from './trading/trade.ts';

const trade = createTrade({ pair: 'AAPL-USD', side: 'buy', quantity: 1, price: 100 }, 0);

describe('the invalidation rules', () => {
  it('a trade makes the prices, order books, indicators and predictions of its pair untrue', () => {
    expect(INVALIDATION_RULES['trade:executed'](trade)).toEqual([
      'price:AAPL-USD',
      'orderbook:AAPL-USD',
      'indicators:AAPL-USD',
      'predictions:AAPL-USD',
    ]);
  });

  it('an order makes only the order book of its pair untrue', () => {
    expect(INVALIDATION_RULES['order:placed'](trade)).toEqual(['orderbook:AAPL-USD']);
  });

  it('a retrained model makes all its predictions untrue', () => {
    expect(INVALIDATION_RULES['model:retrained']({ model: 'forest', version: 2 })).toEqual(['model:forest']);
  });

  it('are carried out before the publisher goes on', async () => {
    const done: InvalidationTarget[] = [];
    const report: InvalidationReport = { memoryEntries: 0, redisKeys: 0, tags: 1, shared: false };
    const cache = {
      async invalidate(target: InvalidationTarget) {
        await new Promise(setImmediate);
        done.push(target);
        return report;
      },
    };
    const events = createEventBus();
    invalidateOnEvents(events, cache);
    await events.publish('order:placed', trade);
    expect(done).toEqual([{ tag: ['orderbook:AAPL-USD'] }]);
  });
});
