/** Headers that speak of the message or of the connection, and those that the cache evaluates itself. */
const OF_THE_MESSAGE: ReadonlySet<string> = new Set([
  'cache-control',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'keep-alive',
  'pragma',
  'range',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** The default authority is made of them. */
const OF_THE_AUTHORITY: ReadonlySet<string> = new Set(['host', 'x-forwarded-host', 'x-forwarded-proto']);

export interface Coverage {
  /** The response's and the policy's `Vary`, lower case. */
  readonly varyNames: readonly string[];
  /** Whether scheme and host are in the key. */
  readonly hasAuthority: boolean;
  /** Names the developer vouches for. */
  readonly ignored: readonly string[];
}

/** What a response may have been made from though its key does not tell, sorted. */
export function uncoveredInputs(read: Iterable<string>, { varyNames, hasAuthority, ignored }: Coverage): string[] {
  const isCovered = (name: string) =>
    OF_THE_MESSAGE.has(name) ||
    (hasAuthority && OF_THE_AUTHORITY.has(name)) ||
    varyNames.includes(name) ||
    ignored.includes(name);
  return [...read].filter((name) => !isCovered(name)).sort();
}
