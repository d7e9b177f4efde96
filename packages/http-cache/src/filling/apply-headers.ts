import type { OutgoingHttpHeader, ServerResponse } from 'node:http';

/** The three forms of headers that node's `writeHead` takes: an object, a flat list, a list of pairs. */
export function applyHeaders(response: ServerResponse, headers: unknown): void {
  if (!headers || typeof headers !== 'object') return;
  if (!Array.isArray(headers)) {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value as OutgoingHttpHeader);
    return;
  }
  const pairs = Array.isArray(headers[0]) ? headers : pairUp(headers);
  for (const [name] of pairs) response.removeHeader(name);
  for (const [name, value] of pairs) response.appendHeader(name, value);
}

function pairUp(flat: readonly unknown[]): unknown[][] {
  const pairs: unknown[][] = [];
  for (let index = 0; index < flat.length; index += 2) pairs.push(flat.slice(index, index + 2));
  return pairs;
}
