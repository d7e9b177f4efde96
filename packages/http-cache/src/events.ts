/** What `on` can listen to. */
export interface HttpCacheEvents {
  /** A handler read what the key of its response does not cover: names of request headers, and `session`. */
  'response:under-keyed': {
    readonly policy: string;
    readonly inputs: readonly string[];
  };
  /** A policy filled more keys than it may: new ones have to be asked for more than once. Not again before those expire. */
  'keys:over-budget': {
    readonly policy: string;
    readonly maxKeys: number;
  };
  /**
   * The cache under the responses rejected a call, which it never does for Redis's sake. The request was answered by its
   * handler.
   */
  'cache:failed': {
    readonly during: 'lookup' | 'commit' | 'invalidate';
    readonly error: unknown;
  };
}
