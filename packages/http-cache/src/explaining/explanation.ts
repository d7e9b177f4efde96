import type { BypassReason, NotStoredReason } from '../answering/reasons.ts';

/** A request that is asked about. */
export interface ExplainedRequest {
  /** @default 'GET' */
  readonly method?: string;
  /** A whole URL; or a path with query, whose host is `headers.host` and whose scheme is http. */
  readonly url: string;
  /** @default none */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * The route's policy, by the name that it is counted under. Without it, the one that the URL led to in this process within
   * the last hour, and else the application's own: which route a URL leads to is the framework's router's to know.
   * @default what is known of the URL
   */
  readonly policy?: string;
  /** What your own callbacks (`key`, `tags`, `personal`, `authority`) and the session check read of a request. @default {} */
  readonly request?: object;
}

/** What the cache would do with a request now, and why. Plain data, fit for JSON. It holds keys: show it to admins only. */
export interface Explanation {
  readonly policy: {
    readonly name: string;
    readonly kind: 'origin' | 'route';
    /** `named`: by the caller. `seen`: the URL led to it. `assumed`: nothing is known of the URL, which may have a route. */
    readonly known: 'named' | 'seen' | 'assumed';
    readonly audience: 'anonymous' | 'everyone';
  };
  /**
   * `hit`: a stored response is served. `stale`: the same beyond its lifetime, and it is made anew in the background. `miss`:
   * the handler runs, and its response may be stored; with a `reason`, it is not. `bypass`: the request goes past the cache,
   * for this `reason`. `refused`: 504, for `only-if-cached`.
   */
  readonly outcome: 'hit' | 'stale' | 'miss' | 'bypass' | 'refused';
  readonly reason: BypassReason | NotStoredReason | undefined;
  /** What `Cache-Status` says; where the handler runs, how it begins, since the rest depends on the response. */
  readonly cacheStatus: string;
  /** A request of this process is making the response: another one may wait for it. */
  readonly isFilling: boolean;
  /** `undefined` where parsers may differ in what the query says. */
  readonly key: string | undefined;
  /** The request headers that choose among the stored responses of the URL; `undefined` where they are not known. */
  readonly vary: readonly string[] | undefined;
  /** The key of this request's choice. */
  readonly variantKey: string | undefined;
  readonly stored: ExplainedResponse | undefined;
  /** Why the last response of this URL in this process was not stored; `undefined` where it was, or where none is known. */
  readonly lastRefusal:
    | { readonly reason: NotStoredReason; readonly status: number | undefined; readonly at: string }
    | undefined;
}

/** A stored response that the request's URL and headers lead to, whether or not it may be served. */
export interface ExplainedResponse {
  readonly tiers: readonly ('memory' | 'redis')[];
  readonly status: number;
  readonly bytes: number;
  /** ISO 8601. */
  readonly storedAt: string;
  readonly ageSeconds: number;
  /** That it is still fresh; below 0 since when it is not. */
  readonly ttlSeconds: number;
  /** How long beyond its lifetime it is served while it is made anew. */
  readonly staleWhileRevalidateSeconds: number;
  /** How long beyond its lifetime it is served in place of an error. */
  readonly staleIfErrorSeconds: number;
  /** `always`: the handler is asked each time. `when-stale`: it is never served stale. */
  readonly validation: 'none' | 'when-stale' | 'always';
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  /** With the generation that it stands on: another one now, and it is dead. */
  readonly tags: readonly { readonly tag: string; readonly generation: string }[];
}
