/** Where `now` comes from. Tests pass a manual clock; rules never read a clock, they take `now`. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

export const systemClock: Clock = Object.freeze({ now: () => Date.now() });
