/** What the pool's Redis is used for; more than one on the same Redis is common, and not always good. */
export type RedisUse = 'cache' | 'sessions' | 'limits';

/** `unchecked`: Redis would not tell what the rule has to know. */
export type Severity = 'error' | 'warning' | 'unchecked';

export type FindingCode =
  | 'cache-fills-up'
  | 'channels-refused'
  | 'clients-nearly-exhausted'
  | 'clock-apart'
  | 'cluster-without-cluster-client'
  | 'keys-refused'
  | 'limits-evictable'
  | 'memory-nearly-full'
  | 'no-memory-limit'
  | 'read-only-replica'
  | 'saving-fails'
  | 'scripts-refused'
  | 'sessions-evictable'
  | 'sessions-not-persisted'
  | 'unreachable'
  | 'version-unsupported';

export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** What is wrong, and what comes of it. */
  readonly message: string;
  /** What to do. */
  readonly fix: string;
}
