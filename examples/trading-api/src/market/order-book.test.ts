import { describe, expect, it } from 'vitest';
import { orderBookAt } from './order-book.ts';

const prices = (levels: readonly { price: number }[]) => levels.map((level) => level.price);

describe('the order book', () => {
  it('has bids below and asks above the price, the best first, and is the same for the same price', () => {
    const book = orderBookAt(187.5, []);
    expect(book).toEqual(orderBookAt(187.5, []));
    expect(prices(book.bids)).toEqual(prices(book.bids).toSorted((a, b) => b - a));
    expect(prices(book.asks)).toEqual(prices(book.asks).toSorted((a, b) => a - b));
    expect(book.bids).toHaveLength(10);
    expect(book.bids[0]?.price).toBe(187.46);
    expect(book.asks[0]?.price).toBe(187.54);
    expect([...book.bids, ...book.asks].every((level) => level.quantity >= 1 && level.quantity <= 1024)).toBe(true);
  });

  it('holds a placed order at its price, added to what lies there', () => {
    const level = orderBookAt(187.5, []).bids[2] ?? { price: 0, quantity: 0 };
    const book = orderBookAt(187.5, [
      { side: 'buy', price: level.price, quantity: 7 },
      { side: 'sell', price: 999, quantity: 3 },
    ]);
    expect(book.bids[2]).toEqual({ price: level.price, quantity: level.quantity + 7 });
    expect(book.asks.at(-1)).toEqual({ price: 999, quantity: 3 });
  });

  it('leaves out an order the price has passed', () => {
    const passed = [
      { side: 'buy', price: 188, quantity: 7 },
      { side: 'sell', price: 187, quantity: 7 },
    ] as const;
    expect(orderBookAt(187.5, passed)).toEqual(orderBookAt(187.5, []));
  });
});
