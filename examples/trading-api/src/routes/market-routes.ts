import { httpCache } from '@breakwater/http-cache/express';
import express, { type Router } from 'express';
import type { Domain } from '../domain.ts';
import { expectPair, expectQueryInteger, expectToken } from '../http/input.ts';
import { BOOK_LENGTH } from '../ledger/book.ts';
import { orderBookAt } from '../market/order-book.ts';
import type { Settings } from '../settings.ts';
import { tags } from '../tags.ts';
import { audience, ofPair, pathAnd, pathOnly, replayed } from './answers.ts';

const LIMIT = { min: 1, max: 500, default: 100 };

/** Market data: cached as whole responses, because nothing else is made of it. */
export function createMarketRoutes(domain: Domain, ttlMs: Settings['ttlMs']): Router {
  const { clock, feed, orders, series, trades } = domain;
  const router = express.Router();

  router.get(
    '/price/:pair',
    httpCache.route({ name: 'price', ttl: ttlMs.price, tags: ofPair(tags.price), key: pathOnly, audience }),
    async (request, response) => {
      const pair = expectPair(request.params.pair);
      const [lastTrade = null] = await trades.recent(pair, 1);
      response.json(replayed(clock, { pair, ...feed.quote(pair, clock.now()), lastTrade }));
    },
  );

  router.get(
    '/orderbook/:pair',
    httpCache.route({
      name: 'orderbook',
      ttl: ttlMs.orderBook,
      tags: ofPair(tags.orderBook),
      key: pathOnly,
      audience,
    }),
    async (request, response) => {
      const pair = expectPair(request.params.pair);
      const { price, date } = feed.quote(pair, clock.now());
      const placed = await orders.recent(pair, BOOK_LENGTH);
      response.json(replayed(clock, { pair, date, price, ...orderBookAt(price, placed) }));
    },
  );

  // No event touches closed days, so these two leave by their lifetime alone.
  router.get(
    '/ohlcv/:pair',
    httpCache.route({ name: 'ohlcv', ttl: ttlMs.ohlcv, key: pathAnd('limit'), audience }),
    (request, response) => {
      const pair = expectPair(request.params.pair);
      const limit = expectQueryInteger('limit', request.query.limit, LIMIT);
      response.json(replayed(clock, { pair, bars: feed.closedDays(pair, clock.now()).slice(-limit) }));
    },
  );

  router.get(
    '/tokens/:symbol',
    httpCache.route({ name: 'tokens', ttl: ttlMs.token, key: pathOnly, audience }),
    (request, response) => {
      const token = expectToken(request.params.symbol);
      const history = token.pairs.map((pair) => ({
        pair,
        from: series[pair][0]?.date,
        to: series[pair].at(-1)?.date,
        days: series[pair].length,
      }));
      response.json({ ...token, history });
    },
  );

  return router;
}
