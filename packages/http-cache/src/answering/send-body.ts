import { ServerResponse } from 'node:http';
import { bodyText } from '../stored/body-text.ts';
import type { StoredResponse } from '../stored/entry.ts';

const { setHeader, writeHead, write, end } = ServerResponse.prototype;

/** Nobody stands between this response and the socket: what is said to it is what leaves. */
export function isNodesOwn(response: ServerResponse): boolean {
  return (
    response.end === end &&
    response.write === write &&
    response.writeHead === writeHead &&
    response.setHeader === setHeader
  );
}

/** The whole body. Node writes a head and a text as one piece, a buffer as a second one. */
export function endWithBody(response: ServerResponse, stored: StoredResponse): void {
  const text = isNodesOwn(response) ? bodyText(stored) : undefined;
  if (text === undefined) endWithBytes(response, stored.body);
  else response.end(text, 'latin1');
}

/**
 * Whoever wrapped the response is given bytes, for not everybody minds the encoding of a text; and bytes of its own, for it may
 * write into them, and what is stored is everybody's.
 */
export function endWithBytes(response: ServerResponse, bytes: Buffer): void {
  response.end(isNodesOwn(response) ? bytes : Buffer.from(bytes));
}
