/** The times of an entry, milliseconds since the epoch, each at or after the one before it. */
export interface Lifetime {
  readonly storedAtMs: number;
  /** A hit until then. */
  readonly freshUntilMs: number;
  /** Served at once until then, and refreshed in the background. */
  readonly staleUntilMs: number;
  /** Until then better than an error. */
  readonly expiresAtMs: number;
}

/** How long an entry that is stored now may be served, and in which state, in milliseconds. */
export interface LifetimeTerms {
  readonly ttlMs: number;
  /** Beyond `ttlMs`, as the next. */
  readonly staleWhileRevalidateMs: number;
  readonly staleIfErrorMs: number;
}

/**
 * The terms of one entry, whose `ttlMs` is shorter by up to the fraction `jitter`: those stored together do not end together.
 *
 * @param random from 0 to below 1.
 */
export function spread<Terms extends LifetimeTerms>(terms: Terms, jitter: number, random: () => number): Terms {
  if (jitter === 0) return terms;
  return { ...terms, ttlMs: Math.max(1, Math.round(terms.ttlMs * (1 - jitter * random()))) };
}

export function lifetimeAt(terms: LifetimeTerms, storedAtMs: number): Lifetime {
  const freshUntilMs = storedAtMs + terms.ttlMs;
  const staleUntilMs = freshUntilMs + terms.staleWhileRevalidateMs;
  return { storedAtMs, freshUntilMs, staleUntilMs, expiresAtMs: storedAtMs + wholeLifeMs(terms) };
}

/** As if the `ttl` had ended at `atMs`: what it may be of use for after that begins then. The same where it had ended. */
export function endedAt(lifetime: Lifetime, atMs: number): Lifetime {
  const earlierByMs = lifetime.freshUntilMs - atMs;
  if (earlierByMs <= 0) return lifetime;
  return {
    storedAtMs: lifetime.storedAtMs,
    freshUntilMs: atMs,
    staleUntilMs: lifetime.staleUntilMs - earlierByMs,
    expiresAtMs: lifetime.expiresAtMs - earlierByMs,
  };
}

/** From being stored to being of no use to anybody. */
export function wholeLifeMs({ ttlMs, staleWhileRevalidateMs, staleIfErrorMs }: LifetimeTerms): number {
  return ttlMs + Math.max(staleWhileRevalidateMs, staleIfErrorMs);
}

export function isFresh({ freshUntilMs }: Lifetime, nowMs: number): boolean {
  return nowMs < freshUntilMs;
}

/** Whether `fraction` of the time for which the entry is fresh has gone by. */
export function isDueEarly({ storedAtMs, freshUntilMs }: Lifetime, fraction: number, nowMs: number): boolean {
  return fraction < 1 && nowMs - storedAtMs >= (freshUntilMs - storedAtMs) * fraction;
}

export function isServedStale({ staleUntilMs }: Lifetime, nowMs: number): boolean {
  return nowMs < staleUntilMs;
}

export function isExpired({ expiresAtMs }: Lifetime, nowMs: number): boolean {
  return nowMs >= expiresAtMs;
}

/** Whether an entry is still of use when it is no longer fresh. */
export function goesStale({ freshUntilMs, expiresAtMs }: Lifetime): boolean {
  return freshUntilMs < expiresAtMs;
}
