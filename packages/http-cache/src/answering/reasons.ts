/** Why a request went past the cache: a closed set, fit for a metric's label. */
export type BypassReason =
  | 'method'
  /** What a server in front is for. */
  | 'http2'
  | 'range'
  /** Its host is none of those that `authority` lists, or none at all. */
  | 'authority'
  /** Somebody behind the router may take its path for another one. */
  | 'path'
  /** Parsers may differ in what would be left out of its query. */
  | 'query'
  | 'precondition'
  /** The cache is switched off. */
  | 'switched-off'
  /** It has content, which its handler may read and no key covers. */
  | 'content'
  | 'authorization'
  | 'session'
  /** Middleware in front of the cache has found out who asks. */
  | 'user'
  | 'personal'
  | 'no-store'
  /** A recent response of this URL was not to be stored, and the next one is not expected to be. */
  | 'uncacheable'
  /** A route's own policy took the request over from the application's. */
  | 'route-policy'
  /** What is stored of its policy leaks, as the sentinel found. */
  | 'quarantined'
  | 'only-if-cached';

/** Why a handler's response was not stored: a closed set, fit for a metric's label. */
export type NotStoredReason =
  | 'head'
  | 'status'
  | 'set-cookie'
  /** A request with `Authorization`, and nothing in the response that lets others have it. */
  | 'authorization'
  /** A session that holds data was loaded, or filled, behind the cache. */
  | 'session'
  /** Who asks was found out behind the cache. */
  | 'user'
  | 'no-store'
  | 'private'
  | 'no-cache'
  | 'no-freshness'
  /** A 304 of another response than the stored one. */
  | 'unrelated'
  | 'vary'
  | 'variants'
  /** Its key was not asked for often enough. */
  | 'min-uses'
  /** Its policy has all the keys it may have, and its key was not asked for often enough to be one more. */
  | 'max-keys'
  /** What is stored of its policy leaks, as the sentinel found while the handler ran. */
  | 'quarantined'
  /** Its handler read what its key does not cover. */
  | 'under-keyed'
  | 'event-stream'
  | 'too-large'
  | 'length'
  | 'aborted'
  /** The handler broke it off: what the cache asks for itself has no client that could have gone. */
  | 'broken-off'
  /** Its key or one of its tags was invalidated while the handler ran. */
  | 'invalidated'
  /** Another request was filling this URL, and waiting for it was not called for. */
  | 'concurrent'
  | 'cache-failed';

/**
 * What tends to be true of the next response as well. The others are accidents of one request, or, as a 5xx, of a
 * moment.
 */
const LASTING: ReadonlySet<NotStoredReason> = new Set([
  'status',
  'set-cookie',
  'no-store',
  'private',
  'no-cache',
  'no-freshness',
  'vary',
  'under-keyed',
  'event-stream',
  'too-large',
]);

/** Says more of its request than of its URL. */
const OF_THE_REQUEST: ReadonlySet<NotStoredReason> = new Set(['authorization', 'session', 'user', 'variants']);

/** These, too: a visitor sends what is refused so, and the next one does not. */
const STATUSES_OF_THE_REQUEST: ReadonlySet<number> = new Set([
  400, 401, 403, 405, 406, 407, 408, 411, 412, 413, 414, 415, 416, 417, 421, 422, 425, 426, 428, 431,
]);

/** What those who wait for the response are told, see `Landing`. */
export function landingAfter(reason: NotStoredReason, status: number): 'each' | 'failed' | 'again' {
  if (reason === 'aborted' || reason === 'invalidated') return 'again';
  return isNoAccident(reason, status) || OF_THE_REQUEST.has(reason) ? 'each' : 'failed';
}

/** Whether the URL is passed by for a while. Nobody's request may bring that about for everybody's. */
export function isLasting(reason: NotStoredReason, status: number): boolean {
  return isNoAccident(reason, status) && !STATUSES_OF_THE_REQUEST.has(status);
}

function isNoAccident(reason: NotStoredReason, status: number): boolean {
  return LASTING.has(reason) && status < 500 && status !== 429;
}
