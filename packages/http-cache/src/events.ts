/** What `on` can listen to. */
export interface HttpCacheEvents {
  /**
   * The cache under the responses rejected a call, which it never does for Redis's sake. The request was answered by its
   * handler.
   */
  'cache:failed': {
    readonly during: 'lookup' | 'commit' | 'invalidate';
    readonly error: unknown;
  };
}
