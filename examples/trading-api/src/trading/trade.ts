import { randomUUID } from 'node:crypto';
import type { LedgerEntry } from '../ledger/book.ts';
import type { Side } from '../market/order-book.ts';
import { findPair, type Pair } from '../market/pairs.ts';

/** Something bought or sold at once. */
export interface Trade extends LedgerEntry {
  readonly pair: Pair;
  readonly side: Side;
  readonly quantity: number;
  readonly price: number;
}

/** An offer that waits in the order book for its price: the same fields, a limit instead of a deal. */
export type Order = Trade;

/** A trade or order that is made now. */
export function createTrade(terms: Omit<Trade, 'id' | 'at'>, nowMs: number): Trade {
  return { id: randomUUID(), at: new Date(nowMs).toISOString(), ...terms };
}

/** Tells a stored trade or order from anything else. */
export function isTrade(value: unknown): value is Trade {
  const { id, at, pair, side, quantity, price } = (value ?? {}) as Partial<Record<keyof Trade, unknown>>;
  return (
    typeof id === 'string' &&
    typeof at === 'string' &&
    findPair(pair) !== undefined &&
    (side === 'buy' || side === 'sell') &&
    Number.isFinite(quantity) &&
    Number.isFinite(price)
  );
}
