/**
 * What those who waited for a fill are told. `shared`: here it is. `each`: nothing to share, run your own handler, all
 * at once. `failed`: it failed, or takes too long; be served what is stale where that is allowed, else run your own
 * handler. `again`: this one came to nothing, start over, one of you fills.
 */
export type Landing<Shared> =
  | { readonly kind: 'shared'; readonly value: Shared }
  | { readonly kind: 'each' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'again' };

/** One fill under way. */
export interface Flight<Shared> {
  /** Tells everybody who waits; only the first call counts. */
  land(landing: Landing<Shared>): void;
}

/** Fills under way, one a key and process. */
export interface Flights<Shared> {
  /** Whether a fill has begun, or is expected. */
  isFlying(key: string): boolean;
  isExpected(key: string): boolean;
  /**
   * Waits for the fill of a key; where nobody fills it, there is nothing to wait for.
   *
   * @param limitMs after which it `failed` for this one that waits.
   */
  follow(key: string, limitMs?: number): Promise<Landing<Shared>>;
  /** Begins a fill, or the one that is expected. */
  lead(key: string): Flight<Shared>;
  /** Another request is about to begin a fill, and can be waited for already; what is returned says that it did not. */
  expect(key: string): () => void;
}

/** One fill's waiting room; its promise and timer are made by the first who waits. */
interface Waiting<Shared> {
  isExpected: boolean;
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

  function begin(key: string, isExpected: boolean): Waiting<Shared> {
    const waiting: Waiting<Shared> = { isExpected };
    flying.set(key, waiting);
    return waiting;
  }

  return {
    isFlying: (key) => flying.has(key),
    isExpected: (key) => flying.get(key)?.isExpected === true,
    follow(key, limitMs) {
      const waiting = flying.get(key);
      if (!waiting) return Promise.resolve({ kind: 'again' });
      waiting.landing ??= new Promise((resolve) => {
        waiting.resolve = resolve;
        waiting.timer = setTimeout(land, maxWaitMs, key, waiting, { kind: 'failed' });
      });
      return limitMs === undefined ? waiting.landing : within(waiting.landing, limitMs);
    },
    lead(key) {
      const known = flying.get(key);
      const waiting = known?.isExpected ? known : begin(key, false);
      waiting.isExpected = false;
      return { land: (landing) => land(key, waiting, landing) };
    },
    expect(key) {
      const waiting = begin(key, true);
      return () => {
        if (waiting.isExpected) land(key, waiting, { kind: 'again' });
      };
    },
  };
}

async function within<Shared>(landing: Promise<Landing<Shared>>, limitMs: number): Promise<Landing<Shared>> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<Landing<Shared>>((resolve) => {
    timer = setTimeout(resolve, limitMs, { kind: 'failed' });
  });
  try {
    return await Promise.race([landing, limit]);
  } finally {
    clearTimeout(timer);
  }
}
