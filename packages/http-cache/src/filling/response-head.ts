import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { mayBeSetLate, mindLateCookies } from '../answering/late-cookies.ts';
import { strongEntityTag, weakEntityTag } from '../rules/entity-tag.ts';
import { endToEnd, type Header, handlerHeaders, headerText } from '../rules/handler-headers.ts';
import { type ToldLifetime, toldControl } from '../rules/told-control.ts';
import { mergeVary } from '../rules/vary.ts';
import { isKeptOnNotModified } from '../stored/entry.ts';

/** The head of a response that runs through a fill, from the handler's last word on it until it leaves. */
export interface ResponseHeadWriter {
  header(name: string): string | undefined;
  /** What the handler added or changed. */
  added(): Header[];
  /** Those of them that are not of this connection alone. */
  addedEndToEnd(): Header[];
  /** Adds what the cache says of a response it stores; returns the headers to store. */
  complete(terms: HeadTerms): Header[];
  /** A validator made of the body, where the handler set none. */
  addEntityTag(body: Buffer): void;
  /** Leaves what a 304 carries (RFC 9110 §15.4.5), and what was there before the handler. */
  dropContent(): void;
}

export interface HeadTerms {
  readonly varyNames: readonly string[];
  /** Said of a response that says nothing; `undefined`: nothing is added. */
  readonly told: ToldLifetime | undefined;
  readonly ageMs: number;
  readonly nowMs: number;
}

/** Said anew: the length by the body that was kept, the age whenever the response is sent. */
const REMADE: ReadonlySet<string> = new Set(['age', 'content-length']);

/**
 * @param earlier the headers set before the handler ran.
 * @param isTransformed whether somebody behind the cache may write other bytes than the handler's.
 */
export function createHeadWriter(
  response: ServerResponse,
  earlier: OutgoingHttpHeaders,
  isTransformed: boolean,
): ResponseHeadWriter {
  const added = () => handlerHeaders(response, earlier);
  // Asked now: the fill itself wraps the writing of the head.
  const isSetLate = mayBeSetLate(response);

  function header(name: string): string | undefined {
    const value = response.getHeader(name);
    return value === undefined ? undefined : headerText(value);
  }

  /** A cookie of this caller travels with the response: no other cache may take it for everybody's. */
  function tell(control: string): void {
    response.setHeader('Cache-Control', response.hasHeader('set-cookie') ? 'private, no-store' : control);
    if (isSetLate) mindLateCookies(response);
  }

  return {
    header,
    added,
    addedEndToEnd: () => endToEnd(added()),
    complete({ varyNames, told, ageMs, nowMs }) {
      if (varyNames.length > 0) response.setHeader('Vary', mergeVary(header('vary'), varyNames.join(', ')));
      const stored = endToEnd(added()).filter(([name]) => !REMADE.has(name));
      if (told && header('cache-control') === undefined) {
        const control = toldControl(told, Math.floor(ageMs / 1000));
        // What depends on the age is said whenever the response is sent.
        if (told.clientSeconds === undefined) stored.push(['cache-control', control]);
        tell(control);
      }
      if (header('date') === undefined) stored.push(['date', new Date(nowMs).toUTCString()]);
      return stored;
    },
    addEntityTag(body) {
      if (response.hasHeader('etag')) return;
      const tag = strongEntityTag(body);
      response.setHeader('ETag', isTransformed ? weakEntityTag(tag) : tag);
    },
    dropContent() {
      for (const [name] of added()) {
        if (!isKeptOnNotModified(name)) response.removeHeader(name);
      }
    },
  };
}

const CONDITIONS = ['if-none-match', 'if-modified-since'] as const;

/**
 * Hides a client's conditions from the handler, whose own 304 has no body to store; the response that comes is held
 * against them when its head leaves. Returns what puts them back.
 */
export function withholdConditions(headers: IncomingHttpHeaders): () => void {
  const withheld = CONDITIONS.map((name) => [name, headers[name]] as const).filter(([, value]) => value !== undefined);
  for (const [name] of withheld) delete headers[name];
  return () => {
    for (const [name, value] of withheld) headers[name] = value;
  };
}
