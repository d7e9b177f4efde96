/**
 * Never stored, whatever is said of them: no final response (1xx), a part of one (206), and those that speak of a stored one
 * (304) or of the request's own conditions (412, 416).
 */
const OF_ANOTHER_RESPONSE: ReadonlySet<number> = new Set([206, 304, 412, 416]);

/** Whether a response of this status is complete in itself. */
export function isWhole(status: number): boolean {
  return status >= 200 && status < 600 && !OF_ANOTHER_RESPONSE.has(status);
}

/**
 * What a range does not take in: these speak of one caller (who it is, what it may, how much it asked) or of one moment of its
 * connection. Whoever means them names them.
 */
const OF_ONE_CALLER: ReadonlySet<number> = new Set([401, 403, 407, 408, 417, 421, 425, 426, 428, 429, 431]);

/** Lifetimes by status: of one (`'404'`), or of a hundred of them (`'4xx'`), in milliseconds. */
export type StatusLifetimes = ReadonlyMap<string, number>;

/** One status goes before its range. `undefined`: not to be stored. */
export function statusLifetimeMs(status: number, lifetimes: StatusLifetimes): number | undefined {
  if (!isWhole(status)) return undefined;
  const own = lifetimes.get(String(status));
  if (own !== undefined || OF_ONE_CALLER.has(status)) return own;
  return lifetimes.get(`${Math.floor(status / 100)}xx`);
}
