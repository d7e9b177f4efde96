import type { OutageEvents } from '@breakwater/core/redis';

/** Rare things worth a log line. A caller is named by its digest, never by its key or address. */
export interface RateLimitEvents extends OutageEvents {
  'request:denied': {
    readonly plan: string;
    readonly caller: string;
    readonly method: string;
    readonly limit: number;
    readonly windowMs: number;
    readonly retryAfterMs: number;
  };
  /** Only of plans with `audit: true`. */
  'request:allowed': {
    readonly plan: string;
    readonly caller: string;
    readonly method: string;
    readonly remaining: number;
  };
  /** `plan` named none of `plans`, or failed (`error`); the request was counted under the first plan. */
  'plan:unknown': {
    /** What it returned, shortened; `undefined` where it failed. */
    readonly plan: string | undefined;
    readonly fallback: string;
    /** How often so far. */
    readonly count: number;
    readonly error?: unknown;
  };
  /** `key` threw: the request was counted by address. `skip` threw: the request was counted. */
  'callback:failed': { readonly callback: 'key' | 'skip'; readonly count: number; readonly error: unknown };
}
