import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { mayBeSetLate, mindLateCookies } from '../answering/late-cookies.ts';
import { isTransformed } from '../answering/send-stored.ts';
import { type Conditions, NO_CONDITIONS } from '../rules/conditional.ts';
import { strongEntityTag, weakEntityTag } from '../rules/entity-tag.ts';
import { endToEnd, type Header, handlerHeaders, headerText } from '../rules/handler-headers.ts';
import { httpDate } from '../rules/http-date.ts';
import { type ToldLifetime, toldControl } from '../rules/told-control.ts';
import { mergeVary } from '../rules/vary.ts';
import { isKeptOnNotModified } from '../stored/entry.ts';

/** The head of a response that runs through a fill, from the handler's last word on it until it leaves. */
export interface LeavingHead {
  readonly response: ServerResponse;
  /** The headers set before the handler ran. */
  readonly earlier: OutgoingHttpHeaders;
  /** Somebody behind the cache may write other bytes than the handler's. */
  readonly isTransformed: boolean;
  readonly isSetLate: boolean;
}

export interface HeadTerms {
  readonly varyNames: readonly string[];
  /** Said of a response that says nothing; `undefined`: nothing is added. */
  readonly told: ToldLifetime | undefined;
  readonly ageMs: number;
  readonly nowMs: number;
  /** Fields that name tags, which nobody else is told. */
  readonly tagFields: readonly string[];
}

/** Said anew: the length by the body that was kept, the age whenever the response is sent. */
const REMADE: ReadonlySet<string> = new Set(['age', 'content-length']);

/** To be called before the fill itself wraps the writing of the head. */
export function leavingHead(response: ServerResponse, earlier: OutgoingHttpHeaders): LeavingHead {
  return { response, earlier, isTransformed: isTransformed(response), isSetLate: mayBeSetLate(response) };
}

export function headerOf({ response }: LeavingHead, name: string): string | undefined {
  const value = response.getHeader(name);
  return value === undefined ? undefined : headerText(value);
}

/** What the handler added or changed. */
export function addedTo({ response, earlier }: LeavingHead): Header[] {
  return handlerHeaders(response, earlier);
}

/**
 * Adds what the cache says of a response it stores.
 *
 * @param added by {@link addedTo}.
 * @returns the headers to store, a flat list.
 */
export function completeHead(head: LeavingHead, added: readonly Header[], terms: HeadTerms): string[] {
  const { varyNames, told, ageMs, nowMs, tagFields } = terms;
  if (varyNames.length > 0) {
    head.response.setHeader('Vary', mergeVary(headerOf(head, 'vary'), varyNames.join(', ')));
  }
  const stored: string[] = [];
  for (const [name, value] of endToEnd(varyNames.length > 0 ? addedTo(head) : added)) {
    if (!REMADE.has(name) && !tagFields.includes(name)) stored.push(name, value);
  }
  if (told && !head.response.hasHeader('cache-control')) {
    const control = toldControl(told, Math.floor(ageMs / 1000));
    // What depends on the age is said whenever the response is sent.
    if (told.clientSeconds === undefined) stored.push('cache-control', control);
    tell(head, control);
  }
  if (!head.response.hasHeader('date')) stored.push('date', httpDate(nowMs));
  return stored;
}

/** A cookie of this caller travels with the response: no other cache may take it for everybody's. */
function tell({ response, isSetLate }: LeavingHead, control: string): void {
  response.setHeader('Cache-Control', response.hasHeader('set-cookie') ? 'private, no-store' : control);
  if (isSetLate) mindLateCookies(response);
}

/** @returns a validator made of the body, where the handler set none. */
export function addEntityTag({ response, isTransformed }: LeavingHead, body: Buffer): string | undefined {
  if (response.hasHeader('etag')) return undefined;
  const tag = strongEntityTag(body);
  response.setHeader('ETag', isTransformed ? weakEntityTag(tag) : tag);
  return tag;
}

/** Leaves what a 304 carries (RFC 9110 §15.4.5), and what was there before the handler. */
export function dropContent(head: LeavingHead): void {
  for (const [name] of addedTo(head)) {
    if (!isKeptOnNotModified(name)) head.response.removeHeader(name);
  }
}

/**
 * Hides a client's conditions from the handler, whose own 304 has no body to store; the response that comes is held
 * against them when its head leaves.
 */
export function withhold(conditions: Conditions, headers: IncomingHttpHeaders): void {
  if (conditions === NO_CONDITIONS) return;
  delete headers['if-none-match'];
  delete headers['if-modified-since'];
}

/** Takes back {@link withhold}. */
export function restore({ ifNoneMatch, ifModifiedSince }: Conditions, headers: IncomingHttpHeaders): void {
  if (ifNoneMatch !== undefined) headers['if-none-match'] = ifNoneMatch;
  if (ifModifiedSince !== undefined) headers['if-modified-since'] = ifModifiedSince;
}
