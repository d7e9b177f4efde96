/** What `on` can listen to. */
export interface HttpCacheEvents {
  /** A handler read what the key of its response does not cover: names of request headers, and `session`. */
  'response:under-keyed': {
    readonly policy: string;
    readonly inputs: readonly string[];
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
