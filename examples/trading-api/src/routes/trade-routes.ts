import express, { type Router } from 'express';
import type { Domain } from '../domain.ts';
import { crossingOrder } from '../errors.ts';
import { expectAmount, expectBody, expectOneOf } from '../http/input.ts';
import { readJsonBody } from '../http/json-body.ts';
import { requireLogin } from '../http/require-login.ts';
import { rests } from '../market/order-book.ts';
import { findPair, PAIRS } from '../market/pairs.ts';
import { createTrade } from '../trading/trade.ts';

const MAX_AMOUNT = 1_000_000;

/** Writes. Each answers only after its event is published: whoever reads next, on any instance, reads what it changed. */
export function createTradeRoutes({ clock, events, feed, orders, trades }: Domain): Router {
  const router = express.Router();

  router.post('/trades', requireLogin, ...readJsonBody, async (request, response) => {
    const { price: agreed, ...terms } = readTerms(request.body);
    const price = agreed ?? feed.quote(terms.pair, clock.now()).price;
    const trade = createTrade({ ...terms, price }, clock.now());
    const durable = await trades.append(trade.pair, trade);
    await events.publish('trade:executed', trade);
    response.status(201).json({ trade, durable });
  });

  router.post('/orders', requireLogin, ...readJsonBody, async (request, response) => {
    const { price: limit, ...terms } = readTerms(request.body);
    const price = expectAmount('price', limit, MAX_AMOUNT);
    const market = feed.quote(terms.pair, clock.now()).price;
    if (!rests({ side: terms.side, price }, market)) throw crossingOrder(terms.side, price, market);
    const order = createTrade({ ...terms, price }, clock.now());
    const durable = await orders.append(order.pair, order);
    await events.publish('order:placed', order);
    response.status(201).json({ order, durable });
  });

  return router;
}

function readTerms(body: unknown) {
  const { pair, side, quantity, price } = expectBody(body, ['pair', 'side', 'quantity', 'price']);
  return {
    pair: findPair(pair) ?? expectOneOf('pair', pair, PAIRS),
    side: expectOneOf('side', side, ['buy', 'sell']),
    quantity: expectAmount('quantity', quantity, MAX_AMOUNT),
    price: price === undefined ? undefined : expectAmount('price', price, MAX_AMOUNT),
  };
}
