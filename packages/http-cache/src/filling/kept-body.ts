/** The body of a response on its way, as far as it was written. */
export interface KeptBody {
  readonly maxBytes: number;
  bytes: number;
  /** Copies, for whoever passes them on may write into them. */
  chunks: Buffer[] | 'too-large';
  isEnded: boolean;
  whole: Buffer | undefined;
}

export function createKeptBody(maxBytes: number): KeptBody {
  return { maxBytes, bytes: 0, chunks: [], isEnded: false, whole: undefined };
}

/** @returns whether the body is still within its bound. What is no part of a body is passed over. */
export function keepChunk(body: KeptBody, chunk: unknown, encoding: unknown): boolean {
  const { chunks } = body;
  if (chunks === 'too-large' || !isChunk(chunk)) return chunks !== 'too-large';
  if (!hasRoom(body, chunk, encoding)) return false;
  const copy = typeof chunk === 'string' ? Buffer.from(chunk, encodingOf(encoding)) : Buffer.from(chunk);
  chunks.push(copy);
  body.bytes += copy.length;
  return true;
}

/** As {@link keepChunk}, of the last one, if there is one: a body that is one chunk is copied once. */
export function keepEnd(body: KeptBody, chunk: unknown, encoding: unknown): boolean {
  body.isEnded = true;
  if (!isChunk(chunk) || body.chunks.length > 0) return keepChunk(body, chunk, encoding);
  if (!hasRoom(body, chunk, encoding)) return false;
  body.whole = typeof chunk === 'string' ? encoded(chunk, encodingOf(encoding)) : joined([chunk], chunk.byteLength);
  return true;
}

/** All of it, once it is ended. */
export function wholeBody(body: KeptBody): Buffer | undefined {
  const { chunks, bytes } = body;
  if (!body.isEnded || chunks === 'too-large') return undefined;
  body.whole ??= joined(chunks, bytes);
  return body.whole;
}

export function dropBody(body: KeptBody): void {
  body.chunks = [];
  body.whole = undefined;
}

/** What node takes for a part of a body. */
function isChunk(chunk: unknown): chunk is string | Uint8Array {
  return typeof chunk === 'string' || chunk instanceof Uint8Array;
}

function hasRoom(body: KeptBody, chunk: string | Uint8Array, encoding: unknown): boolean {
  const bytes = typeof chunk === 'string' ? Buffer.byteLength(chunk, encodingOf(encoding)) : chunk.byteLength;
  if (body.bytes + bytes <= body.maxBytes) return true;
  body.chunks = 'too-large';
  return false;
}

function encodingOf(encoding: unknown): BufferEncoding {
  return typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8';
}

function encoded(text: string, encoding: BufferEncoding): Buffer {
  const body = Buffer.allocUnsafeSlow(Buffer.byteLength(text, encoding));
  const end = body.write(text, encoding);
  // Of base64 the length is an estimate.
  return end === body.length ? body : body.subarray(0, end);
}

/** Memory of its own, not a slice of a shared pool that one small body would hold whole. */
function joined(chunks: readonly Uint8Array[], bytes: number): Buffer {
  const body = Buffer.allocUnsafeSlow(bytes);
  let end = 0;
  for (const chunk of chunks) {
    body.set(chunk, end);
    end += chunk.byteLength;
  }
  return body;
}
