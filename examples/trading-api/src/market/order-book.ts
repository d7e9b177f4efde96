/** What is bought or sold, from the caller's side. */
export type Side = 'buy' | 'sell';

/** A limit order, as far as the book needs it. */
export interface RestingOrder extends Level {
  readonly side: Side;
}

export interface Level {
  readonly price: number;
  readonly quantity: number;
}

export interface OrderBook {
  /** Highest price first. */
  readonly bids: readonly Level[];
  /** Lowest price first. */
  readonly asks: readonly Level[];
}

const DEPTH = 10;
/** The distance between two levels, as a part of the price. */
const STEP = 0.0002;

/**
 * The book around a price: made-up depth (daily bars hold none), the same for the same price, and the placed orders.
 * An order the price has passed rests no longer, and is left out.
 */
export function orderBookAt(price: number, orders: readonly RestingOrder[]): OrderBook {
  const placed = (side: Side) => orders.filter((order) => order.side === side && rests(order, price));
  return {
    bids: merge([...marketDepth(price, -1), ...placed('buy')]).sort((a, b) => b.price - a.price),
    asks: merge([...marketDepth(price, 1), ...placed('sell')]).sort((a, b) => a.price - b.price),
  };
}

/** Whether an order waits in the book at this price: a buyer below it, a seller above it. */
export function rests(order: Pick<RestingOrder, 'side' | 'price'>, price: number): boolean {
  return order.side === 'buy' ? order.price < price : order.price > price;
}

function marketDepth(price: number, direction: 1 | -1): Level[] {
  const priceCents = Math.round(price * 100);
  const stepCents = Math.max(1, Math.round(priceCents * STEP));
  return Array.from({ length: DEPTH }, (_, index) => {
    const cents = priceCents + direction * stepCents * (index + 1);
    // Knuth's multiplicative hash: 1 to 1024, scattered, and the same on every instance.
    return { price: cents / 100, quantity: (Math.imul(cents, 2_654_435_761) >>> 22) + 1 };
  });
}

/** One level a price. */
function merge(levels: readonly Level[]): Level[] {
  const quantities = new Map<number, number>();
  for (const { price, quantity } of levels) quantities.set(price, (quantities.get(price) ?? 0) + quantity);
  return Array.from(quantities, ([price, quantity]) => ({ price, quantity }));
}
