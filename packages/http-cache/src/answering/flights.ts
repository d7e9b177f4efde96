/**
 * What those who waited for a fill are told. `shared`: here it is. `each`: nothing to share, run your own handler, all
 * at once. `again`: this one came to nothing, start over, one of you fills.
 */
export type Landing<Shared> =
  | { readonly kind: 'shared'; readonly value: Shared }
  | { readonly kind: 'each' }
  | { readonly kind: 'again' };

/** One fill under way. */
export interface Flight<Shared> {
  /** Tells everybody who waits; only the first call counts. */
  land(landing: Landing<Shared>): void;
}

/** Fills under way, one a key and process. */
export interface Flights<Shared> {
  isFlying(key: string): boolean;
  /** Waits for the fill of a key; where nobody fills it, there is nothing to wait for. */
  follow(key: string): Promise<Landing<Shared>>;
  /** Begins a fill. */
  lead(key: string): Flight<Shared>;
}

/** One fill's waiting room; its promise and timer are made by the first who waits. */
interface Waiting<Shared> {
  landing?: Promise<Landing<Shared>>;
  resolve?: (landing: Landing<Shared>) => void;
  timer?: NodeJS.Timeout;
}

/**
 * @param maxWaitMs a filler's client that reads slowly, or a handler that hangs, holds up the others no longer.
 */
export function createFlights<Shared>(maxWaitMs: number): Flights<Shared> {
  const flying = new Map<string, Waiting<Shared>>();

  function land(key: string, waiting: Waiting<Shared>, landing: Landing<Shared>): void {
    if (flying.get(key) === waiting) flying.delete(key);
    clearTimeout(waiting.timer);
    waiting.resolve?.(landing);
  }

  return {
    isFlying: (key) => flying.has(key),
    follow(key) {
      const waiting = flying.get(key);
      if (!waiting) return Promise.resolve({ kind: 'again' });
      waiting.landing ??= new Promise((resolve) => {
        waiting.resolve = resolve;
        waiting.timer = setTimeout(land, maxWaitMs, key, waiting, { kind: 'each' });
      });
      return waiting.landing;
    },
    lead(key) {
      const waiting: Waiting<Shared> = {};
      flying.set(key, waiting);
      return { land: (landing) => land(key, waiting, landing) };
    },
  };
}
