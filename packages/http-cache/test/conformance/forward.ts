import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Agent, request } from 'undici';

/** RFC 9110 §7.6.1: of one connection, never forwarded. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const NO_BODY = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS']);

type Headers = Record<string, string | string[]>;

/** Sends the request to the origin and its answer to the client, as a gateway does. Rejects where the origin fails. */
export async function forward(incoming: IncomingMessage, outgoing: ServerResponse, origin: string): Promise<void> {
  const answer = await request(`${origin}${incoming.url}`, {
    method: incoming.method as 'GET',
    headers: endToEnd(incoming.headers, ['host', 'expect']),
    body: NO_BODY.has(incoming.method ?? 'GET') ? null : incoming,
    dispatcher: upstream,
    // A kept connection that the suite's origin closes would be a 502 that no cache is to blame for.
    reset: true,
    onInfo({ statusCode, headers }) {
      if (statusCode === 102) outgoing.writeProcessing();
      if (statusCode === 103) outgoing.writeEarlyHints(headers as Record<string, string>);
    },
  });
  outgoing.statusCode = answer.statusCode;
  for (const [name, value] of Object.entries(endToEnd(answer.headers))) outgoing.setHeader(name, value);
  await pipeline(answer.body, outgoing);
}

const upstream = new Agent({ connections: null, pipelining: 0 });

function endToEnd(headers: Readonly<Record<string, string | string[] | undefined>>, without: string[] = []): Headers {
  const nominated = String(headers.connection ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  const dropped = new Set([...HOP_BY_HOP, ...nominated, ...without]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.has(name))) as Headers;
}
