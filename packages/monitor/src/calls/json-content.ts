import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { CallRefusedError } from '../errors.ts';

/** What a call says is short: a list of URLs at most. */
const MAX_BYTES = 256 * 1024;

/** A request's content, as far as it is known: what a body parser in front of the monitor made of it, else its stream. */
export interface JsonRequest {
  readonly headers: IncomingHttpHeaders;
  readonly content: unknown;
}

/**
 * The JSON that a call brings.
 *
 * @throws CallRefusedError also for what a browser was led into sending: a page of another site may send forms and texts with
 * the cookies of this one, but neither JSON nor a truth about where it is from.
 */
export async function readJson({ headers, content }: JsonRequest): Promise<unknown> {
  const from = headers['sec-fetch-site'];
  if (from !== undefined && from !== 'same-origin' && from !== 'none') {
    throw new CallRefusedError(
      403,
      'CROSS_SITE',
      `A page of another site (Sec-Fetch-Site: ${from}) may not call this.`,
    );
  }
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new CallRefusedError(415, 'CONTENT_TYPE', 'A call brings JSON: Content-Type: application/json.');
  }
  return parsed(content instanceof Readable ? await readAll(content) : content);
}

function parsed(content: unknown): unknown {
  if (typeof content !== 'string' && !Buffer.isBuffer(content)) return content;
  try {
    return JSON.parse(content.toString());
  } catch (cause) {
    throw new CallRefusedError(400, 'CONTENT', 'The content is no JSON.', { cause });
  }
}

/** To its end, also where it is too long: the refusal is to be read. */
function readAll(stream: Readable): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_BYTES) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      reject(new CallRefusedError(413, 'CONTENT_TOO_LARGE', `The content is over ${MAX_BYTES} bytes.`));
    });
    stream.once('end', () => resolve(Buffer.concat(chunks)));
    const cut = (cause?: unknown) =>
      reject(new CallRefusedError(400, 'CONTENT', 'The content ended early.', { cause }));
    stream.once('error', cut);
    stream.once('close', cut);
    // Its client may have gone while `authorize` was asked.
    if (stream.destroyed) cut();
  });
}
