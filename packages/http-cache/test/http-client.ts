import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, type RequestOptions, request } from 'node:http';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: Buffer;
}

/** One request by node's own client, which adds and decodes nothing. */
export async function send(url: string, options: RequestOptions = {}): Promise<Reply> {
  const response = await open(url, options);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  return { status: response.statusCode ?? 0, headers: response.headers, body, text: body.toString() };
}

/** Resolves when the head is there; the body is the caller's to read. */
export async function open(url: string, options: RequestOptions = {}): Promise<IncomingMessage> {
  const sent = request(url, options).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return response;
}

/** The Cache-Status of a reply. */
export function statusOf(reply: Reply): string {
  return String(reply.headers['cache-status']);
}
