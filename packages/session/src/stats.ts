/** A copy of the session store's counters. */
export interface SessionStats {
  readonly tier: 'redis' | 'memory';
  readonly reads: number;
  readonly found: number;
  readonly writes: number;
  readonly touches: number;
  readonly destroyed: number;
  /** Records that could not be opened: wrong key, altered, or not ours. Read as "no session". */
  readonly unreadable: number;
  /** Redis calls that failed. */
  readonly redisErrors: number;
}
