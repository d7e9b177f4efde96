/** What node takes for a part of a body. */
export function isChunk(chunk: unknown): chunk is string | Uint8Array {
  return typeof chunk === 'string' || chunk instanceof Uint8Array;
}

export function bytesOf(chunk: string | Uint8Array, encoding: unknown): number {
  return typeof chunk === 'string' ? Buffer.byteLength(chunk, bufferEncoding(encoding)) : chunk.byteLength;
}

function bufferEncoding(encoding: unknown): BufferEncoding {
  return typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8';
}

/** A copy, for the handler may write into its buffer again. */
export function copyChunk(chunk: string | Uint8Array, encoding: unknown): Buffer {
  return typeof chunk === 'string' ? Buffer.from(chunk, bufferEncoding(encoding)) : Buffer.from(chunk);
}

/** Memory of its own, not a slice of a shared pool that one small body would hold whole. */
export function joinChunks(chunks: readonly Buffer[], bytes: number): Buffer {
  const body = Buffer.allocUnsafeSlow(bytes);
  let end = 0;
  for (const chunk of chunks) end += chunk.copy(body, end);
  return body;
}
