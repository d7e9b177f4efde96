import type { Validators } from '../rules/conditional.ts';
import type { Header } from '../rules/handler-headers.ts';
import type { ReuseTerms } from '../rules/reuse.ts';
import type { VariantRecord } from '../rules/variants.ts';

/** What is stored under a URL: its response, or the knowledge that it has several. */
export type HttpEntry = StoredResponse | VariantRecord;

/** A complete response as it is sent again: the head a flat list, the body its bytes. */
export interface StoredResponse {
  readonly kind: 'response';
  readonly status: number;
  /** Name (lower case), value, name, value: the form `writeHead` takes without rebuilding it. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  /** The body once more, from its first hit on: `bodyText` makes it. */
  text: string | undefined;
  /** The head as text, from its first hit on: `headText` makes it. `node`: one that node has to make. */
  head: HeadText | 'node' | undefined;
  /** What was said with it last, by `hitMoment`. */
  lastHit: HitMoment | undefined;
  readonly validators: Validators;
  /** The entity tag was made here from these very bytes. */
  readonly hasOwnTag: boolean;
  /** How long clients keep it from when they are sent it, where its headers say nothing of that. */
  readonly clientSeconds: number | undefined;
  /** How old the response already was when it was stored. */
  readonly initialAgeMs: number;
  readonly reuse: ReuseTerms;
}

/** A stored head as the text that leaves, but for what is said of it at the moment. */
export interface HeadText {
  readonly statusMessage: string;
  /** Status line and fields, each with its line end. */
  readonly lines: string;
  /** Names of the fields, lower case, the length's among them. */
  readonly names: ReadonlySet<string>;
  /** The one field that node has to be told apart: name, value. */
  readonly length: readonly string[];
}

/** What is said of a stored response at the moment it is sent. */
export interface Moment {
  readonly ageSeconds: number;
  readonly cacheStatus: string;
  /** The head's lines with it, from their first use on. */
  lines?: string;
}

/** What all hits say for a second or less. */
export interface HitMoment extends Moment {
  readonly ttlSeconds: number;
  readonly tier: 'memory' | 'redis';
}

/** The facts of a stored response; the rest of it follows from them. */
export interface ResponseFacts {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly hasOwnTag: boolean;
  readonly clientSeconds: number | undefined;
  readonly initialAgeMs: number;
  readonly reuse: ReuseTerms;
}

const NOT_MODIFIED_NAMES: ReadonlySet<string> = new Set([
  'cache-control',
  'content-location',
  'date',
  'etag',
  'expires',
  'vary',
]);

export function createStoredResponse(facts: ResponseFacts): StoredResponse {
  const { headers } = facts;
  let etag: string | undefined;
  let lastModified: string | undefined;
  let date: string | undefined;
  // Once through: every hit in Redis passes here.
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] as string;
    const value = headers[index + 1] as string;
    if (name === 'etag') etag = value;
    else if (name === 'last-modified') lastModified = value;
    else if (name === 'date') date = value;
  }
  return {
    kind: 'response',
    status: facts.status,
    headers,
    body: facts.body,
    text: undefined,
    head: undefined,
    lastHit: undefined,
    validators: { etag, lastModified, date },
    hasOwnTag: facts.hasOwnTag,
    clientSeconds: facts.clientSeconds,
    initialAgeMs: facts.initialAgeMs,
    reuse: facts.reuse,
  };
}

export function validatorsOf(header: (name: string) => string | undefined): Validators {
  return { etag: header('etag'), lastModified: header('last-modified'), date: header('date') };
}

/** What its origin can be asked by, whether it changed: validators of the origin's own making. */
export function originValidators(stored: StoredResponse): Omit<Validators, 'date'> {
  const headers = new Map(headerPairs(stored));
  return { etag: stored.hasOwnTag ? undefined : headers.get('etag'), lastModified: headers.get('last-modified') };
}

export function headerPairs({ headers }: StoredResponse): Header[] {
  const pairs: Header[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    pairs.push(headers.slice(index, index + 2) as unknown as Header);
  }
  return pairs;
}

/** The part of its headers that a 304 carries, RFC 9110 §15.4.5. */
export function notModifiedHeaders({ headers }: StoredResponse): string[] {
  return headers.filter((_, index) => isKeptOnNotModified(headers[index - (index % 2)] as string));
}

/** How old it is now, by RFC 9111 §4.2.3. */
export function ageMsOf(response: StoredResponse, storedAtMs: number, nowMs: number): number {
  return Math.max(0, nowMs - storedAtMs) + response.initialAgeMs;
}

export function isKeptOnNotModified(name: string): boolean {
  return NOT_MODIFIED_NAMES.has(name);
}

/** Seconds that it is still fresh; below 0 where it is stale. */
export function ttlSecondsOf(response: StoredResponse, storedAtMs: number, nowMs: number): number {
  return Math.floor((response.reuse.lifetimeMs - ageMsOf(response, storedAtMs, nowMs)) / 1000);
}
