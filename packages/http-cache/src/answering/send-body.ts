import { ServerResponse } from 'node:http';
import { bodyText } from '../stored/body-text.ts';
import type { StoredResponse } from '../stored/entry.ts';

const { writeHead, write, end } = ServerResponse.prototype;

/** Nobody stands between this response and the socket: what is said to it is what leaves. */
export function isNodesOwn(response: ServerResponse): boolean {
  return response.end === end && response.write === write && response.writeHead === writeHead;
}

/**
 * The whole body. Node writes a head and a text as one piece, a buffer as a second one. Whoever wrapped the response is
 * given the buffer: not everybody minds the encoding of a text.
 */
export function endWithBody(response: ServerResponse, stored: StoredResponse): void {
  const text = isNodesOwn(response) ? bodyText(stored) : undefined;
  if (text === undefined) response.end(stored.body);
  else response.end(text, 'latin1');
}
