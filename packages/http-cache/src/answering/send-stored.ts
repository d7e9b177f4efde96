import type { ServerResponse } from 'node:http';
import { createProblem, PROBLEM_TYPE } from '@breakwater/core/http';
import { ERR_NOT_CACHED } from '../errors.ts';
import { REFUSED_STATUS } from '../rules/cache-status.ts';
import { weakEntityTag } from '../rules/entity-tag.ts';
import { headerText } from '../rules/handler-headers.ts';
import { mergeVary } from '../rules/vary.ts';
import { type Moment, notModifiedHeaders, type StoredResponse } from '../stored/entry.ts';
import { mayBeSetLate, mindLateCookies } from './late-cookies.ts';
import { endWithBody, endWithBytes, isNodesOwn } from './send-body.ts';
import { sendHeadText } from './send-head-text.ts';
import { toldAt } from './told-at.ts';

export function sendStored(response: ServerResponse, stored: StoredResponse, moment: Moment, withBody: boolean): void {
  if (!sendHeadText(response, stored, moment)) {
    sendHead(response, stored.status, stored, toldHeaders(stored, stored.headers, moment), moment);
  }
  if (withBody) endWithBody(response, stored);
  else response.end();
}

export function sendNotModified(response: ServerResponse, stored: StoredResponse, moment: Moment): void {
  sendHead(response, 304, stored, toldHeaders(stored, notModifiedHeaders(stored), moment), moment);
  response.end();
}

/** RFC 9110 §15.3.7. */
export function sendPart(
  response: ServerResponse,
  stored: StoredResponse,
  moment: Moment,
  { start, end }: { readonly start: number; readonly end: number },
): void {
  const headers = withoutLength(toldHeaders(stored, stored.headers, moment));
  headers.push('content-range', `bytes ${start}-${end - 1}/${stored.body.length}`, 'content-length', `${end - start}`);
  sendHead(response, 206, stored, headers, moment);
  endWithBytes(response, stored.body.subarray(start, end));
}

/** RFC 9110 §15.5.17. */
export function sendUnsatisfiable(response: ServerResponse, stored: StoredResponse, moment: Moment): void {
  const headers = ['content-range', `bytes */${stored.body.length}`, 'content-length', '0'];
  sendHead(response, 416, stored, headers, moment);
  response.end();
}

/** With what clients are told at this age, where that is not the same at every age. */
function toldHeaders(stored: StoredResponse, headers: readonly string[], { ageSeconds }: Moment): readonly string[] {
  const control = toldAt(stored, ageSeconds);
  return control === undefined ? headers : [...headers, 'cache-control', control];
}

function withoutLength(headers: readonly string[]): string[] {
  const at = headers.findIndex((name, index) => index % 2 === 0 && name === 'content-length');
  return at === -1 ? [...headers] : headers.toSpliced(at, 2);
}

function sendHead(
  response: ServerResponse,
  status: number,
  stored: StoredResponse,
  headers: readonly string[],
  { ageSeconds, cacheStatus }: Moment,
): void {
  const set = response.getHeaderNames();
  // The prepared list is written as it is.
  if (set.length === 0 && isNodesOwn(response)) {
    response.writeHead(status, [...headers, 'age', String(ageSeconds), 'cache-status', cacheStatus]);
    return;
  }
  response.statusCode = status;
  for (let index = 0; index < headers.length; index += 2) {
    setStoredHeader(response, headers[index] as string, headers[index + 1] as string);
  }
  if (stored.hasOwnTag && stored.validators.etag !== undefined && isTransformed(response)) {
    response.setHeader('ETag', weakEntityTag(stored.validators.etag));
  }
  // A cookie of this caller travels with the response: no other cache may take it for everybody's.
  if (set.includes('set-cookie')) response.setHeader('cache-control', 'private, no-store');
  if (mayBeSetLate(response)) mindLateCookies(response);
  response.setHeader('age', String(ageSeconds));
  appendCacheStatus(response, cacheStatus);
}

/** Somebody stands between this response and the socket who may write other bytes, a compression for one. */
export function isTransformed(response: ServerResponse): boolean {
  return Object.hasOwn(response, 'write') && response.write !== Object.getPrototypeOf(response).write;
}

function setStoredHeader(response: ServerResponse, name: string, value: string): void {
  if (name === 'set-cookie') {
    response.appendHeader(name, value);
    return;
  }
  const earlier = name === 'vary' ? response.getHeader(name) : undefined;
  response.setHeader(name, earlier === undefined ? value : mergeVary(headerText(earlier), value));
}

/** RFC 9211 §2: a cache adds its member behind those of the caches nearer to the origin. */
export function appendCacheStatus(response: ServerResponse, cacheStatus: string): void {
  const nearer = response.getHeader('cache-status');
  response.setHeader('cache-status', nearer === undefined ? cacheStatus : `${headerText(nearer)}, ${cacheStatus}`);
}

/** RFC 9111 §5.2.1.7: nothing stored, and the client asked for nothing else. */
export function sendOnlyIfCached(response: ServerResponse): void {
  response.statusCode = 504;
  response.setHeader('Content-Type', PROBLEM_TYPE);
  response.setHeader('Cache-Control', 'no-store');
  appendCacheStatus(response, REFUSED_STATUS);
  response.end(
    JSON.stringify(createProblem(504, ERR_NOT_CACHED, 'No stored response, and only-if-cached was asked for.')),
  );
}
