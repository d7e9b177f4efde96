/** What is said of the lifetime of a response that says nothing of it itself. */
export interface ToldLifetime {
  /** In caches that serve many, from its making. */
  readonly lifetimeSeconds: number;
  /** In a client's own cache, from when it is sent; `undefined`: the same as in others. */
  readonly clientSeconds: number | undefined;
}

/**
 * The `Cache-Control` of such a response at an age. Clients count from its making as well (RFC 9111 §4.2.3), so a time of
 * their own is added to the age that they are told; beyond its lifetime they are to ask at once.
 */
export function toldControl({ lifetimeSeconds, clientSeconds }: ToldLifetime, ageSeconds: number): string {
  if (clientSeconds === undefined) return toldToAll(lifetimeSeconds);
  const maxAge = ageSeconds < lifetimeSeconds ? ageSeconds + clientSeconds : 0;
  return `public, max-age=${clientSeconds === 0 ? 0 : maxAge}, s-maxage=${lifetimeSeconds}`;
}

/** The lifetime that was told last: what is stored in a row mostly lives as long, and the text is kept with each of them. */
let lastSeconds = Number.NaN;
let lastTold = '';

function toldToAll(lifetimeSeconds: number): string {
  if (lifetimeSeconds !== lastSeconds) {
    lastSeconds = lifetimeSeconds;
    lastTold = `public, max-age=${lifetimeSeconds}`;
  }
  return lastTold;
}
