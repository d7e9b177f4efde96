import { parseHttpDate, type Validators } from './rules/conditional.ts';
import type { VariantRecord } from './rules/variants.ts';

/** What is stored under a URL: its response, or the knowledge that it has several. */
export type HttpEntry = StoredResponse | VariantRecord;

/** A complete response as it is sent again: the head a flat list, the body its bytes. */
export interface StoredResponse {
  readonly kind: 'response';
  readonly status: number;
  /** Name (lower case), value, name, value: the form `writeHead` takes without rebuilding it. */
  readonly headers: readonly string[];
  /** The part of `headers` that a 304 carries, RFC 9110 §15.4.5. */
  readonly notModifiedHeaders: readonly string[];
  readonly body: Buffer;
  readonly validators: Validators;
  /** The entity tag was made here from these very bytes. */
  readonly hasOwnTag: boolean;
  /** How old the response already was when it was stored. */
  readonly initialAgeMs: number;
}

/** The facts of a stored response; the rest of it follows from them. */
export interface ResponseFacts {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly hasOwnTag: boolean;
  readonly initialAgeMs: number;
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
  const notModifiedHeaders: string[] = [];
  const byName = new Map<string, string>();
  for (let index = 0; index + 1 < facts.headers.length; index += 2) {
    const [name, value] = facts.headers.slice(index, index + 2) as [string, string];
    byName.set(name, value);
    if (isKeptOnNotModified(name)) notModifiedHeaders.push(name, value);
  }
  return {
    kind: 'response',
    ...facts,
    notModifiedHeaders,
    validators: validatorsOf((name) => byName.get(name)),
  };
}

/** RFC 9111 §4.3.2: without a `Last-Modified`, the response's own `Date` stands for it. */
export function validatorsOf(header: (name: string) => string | undefined): Validators {
  return { etag: header('etag'), lastModifiedMs: parseHttpDate(header('last-modified') ?? header('date')) };
}

export function isKeptOnNotModified(name: string): boolean {
  return NOT_MODIFIED_NAMES.has(name);
}
