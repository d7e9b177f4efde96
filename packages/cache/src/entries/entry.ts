/** A stored value. The object is the memory tier's own: read it, never write to it. */
export interface Entry<Value> {
  readonly value: Value;
  /** Milliseconds since the epoch, of the instance that stored it. */
  readonly storedAtMs: number;
  readonly freshUntilMs: number;
  /** The same where it may not be served stale: from then on it is no hit. */
  readonly staleUntilMs: number;
  readonly expiresAtMs: number;
  readonly tags: readonly string[];
  /** What its loader named this version of the value by, see `context.setValidator`. */
  readonly validator?: string;
}
