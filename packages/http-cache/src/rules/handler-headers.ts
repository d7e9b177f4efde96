import type { OutgoingHttpHeader, OutgoingHttpHeaders } from 'node:http';
import { splitFieldList } from './field-list.ts';

/** RFC 9110 §7.6.1 and RFC 9111 §3.1: fields of one connection or one proxy. */
const NEVER_STORED: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
]);

/** A response's headers as node keeps them. */
export interface HeaderSource {
  getHeaderNames(): string[];
  getHeader(name: string): OutgoingHttpHeader | undefined;
}

/** Name in lower case, and value on one line. */
export type Header = readonly [name: string, value: string];

/** The headers of this moment: node and Fastify write on into the list of a field that is set again. */
export function snapshotOf(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  for (const name in headers) {
    const value = headers[name];
    if (Array.isArray(value)) headers[name] = [...value];
  }
  return headers;
}

/**
 * What the handler, and all that ran since `earlier` was taken, added or changed. What was there before belongs to one
 * request (its id, its rate limit, its session's cookie) and is no part of the response that others may be sent.
 */
export function handlerHeaders(response: HeaderSource, earlier: OutgoingHttpHeaders): Header[] {
  const added: Header[] = [];
  for (const name of response.getHeaderNames()) {
    const value = response.getHeader(name);
    if (value === undefined || isEqual(value, earlier[name])) continue;
    if (name === 'set-cookie') added.push(...addedCookies(value, earlier[name]));
    else added.push([name, headerText(value)]);
  }
  return added;
}

/** A line each: a cookie may hold a comma. */
function addedCookies(value: OutgoingHttpHeader, earlier: OutgoingHttpHeader = []): Header[] {
  const known = new Set([earlier].flat());
  return [value].flat().flatMap((line) => (known.has(line) ? [] : [['set-cookie', String(line)] as const]));
}

/** Those of a response's headers that may be kept for other connections. */
export function endToEnd(headers: readonly Header[]): Header[] {
  const connection = headers.find(([name]) => name === 'connection');
  // Most have none, so that no options are made of it.
  if (!connection) return headers.filter(([name]) => !NEVER_STORED.has(name));
  const named = new Set(splitFieldList(connection[1]).map((option) => option.toLowerCase()));
  return headers.filter(([name]) => !NEVER_STORED.has(name) && !named.has(name));
}

/** RFC 9110 §5.3: several lines of a field are one line with commas. `Set-Cookie` alone is not to be joined. */
export function headerText(value: OutgoingHttpHeader): string {
  return Array.isArray(value) ? value.join(', ') : String(value);
}

function isEqual(value: OutgoingHttpHeader, other: OutgoingHttpHeader | undefined): boolean {
  return other !== undefined && headerText(value) === headerText(other);
}
