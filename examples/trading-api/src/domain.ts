import type { Clock } from '@breakwater/core';
import type { RedisPort } from '@breakwater/core/redis';
import { type Accounts, createAccounts } from './accounts/accounts.ts';
import { DEMO_ACCOUNTS } from './accounts/demo-accounts.ts';
import { createEventBus, type EventBus } from './events.ts';
import type { Ledger } from './ledger/book.ts';
import { createLedger } from './ledger/ledger.ts';
import { readSeries, type Series } from './market/bars.ts';
import { createFeed, type Feed } from './market/feed.ts';
import { createModels, isTraining, type Models } from './models/models.ts';
import { isTrade, type Order, type Trade } from './trading/trade.ts';

/** What this application is about, apart from HTTP and from caching. */
export interface Domain {
  readonly clock: Clock;
  readonly series: Series;
  readonly feed: Feed;
  readonly models: Models;
  readonly trades: Ledger<Trade>;
  readonly orders: Ledger<Order>;
  readonly accounts: Accounts;
  readonly events: EventBus;
}

/** Resolves when the price data is read and the models are trained, in about a second. */
export async function createDomain(options: {
  readonly clock: Clock;
  readonly redis: RedisPort | undefined;
  readonly tradingDayMs: number;
}): Promise<Domain> {
  const { clock, redis, tradingDayMs } = options;
  const series = await readSeries();
  return {
    clock,
    series,
    feed: createFeed(series, tradingDayMs),
    models: await createModels(series, createLedger('trainings', isTraining, redis)),
    trades: createLedger('trades', isTrade, redis),
    orders: createLedger('orders', isTrade, redis),
    accounts: createAccounts(DEMO_ACCOUNTS),
    events: createEventBus(),
  };
}
