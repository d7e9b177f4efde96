/** What an invalidation is to end: exactly one of the four. */
export type InvalidationTarget =
  | { readonly key: string | readonly string[] }
  | { readonly tag: string | readonly string[] }
  /** `*` and `?` are wild, every other character stands for itself. */
  | { readonly pattern: string }
  /** Everything in the namespace, spaces included: one command, however many entries. */
  | { readonly all: true };

/** `invalidate` removes entries. `expire` ends their freshness, and leaves those that may be served stale. */
export type InvalidationEffect = 'invalidate' | 'expire';

export interface InvalidationReport {
  /** Entries in this instance's memory that it ended. By tag, one that another of its tags had killed may count again. */
  readonly memoryEntries: number;
  /** Keys in Redis that it ended. Always 0 by tag: a tag's entries end by its generation, and leave by their TTL. */
  readonly redisKeys: number;
  /** Tags whose generation was ended. */
  readonly tags: number;
  /** Whether Redis took it and other instances were told. False without Redis or while it is away. */
  readonly shared: boolean;
}
