import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeptBody, keepChunk, keepEnd, wholeBody } from './kept-body.ts';

type Written = readonly [chunk: string | Uint8Array, encoding?: BufferEncoding];

const written: fc.Arbitrary<Written> = fc.oneof(
  fc.tuple(fc.uint8Array({ maxLength: 20 })),
  fc.tuple(fc.string({ unit: 'grapheme', maxLength: 20 })),
  fc.tuple(fc.base64String({ maxLength: 20 }), fc.constant<BufferEncoding>('base64')),
  fc.tuple(fc.string({ maxLength: 20 }), fc.constant<BufferEncoding>('latin1')),
);

const bytesOf = ([chunk, encoding]: Written) =>
  typeof chunk === 'string' ? Buffer.from(chunk, encoding) : Buffer.from(chunk);

describe('a kept body', () => {
  it('is what was written, with the last of it or without', () => {
    fc.assert(
      fc.property(fc.array(written), fc.option(written, { nil: undefined }), (chunks, last) => {
        const body = createKeptBody(1000);
        for (const [chunk, encoding] of chunks) expect(keepChunk(body, chunk, encoding)).toBe(true);
        expect(wholeBody(body)).toBeUndefined();
        expect(keepEnd(body, last?.[0], last?.[1])).toBe(true);
        const all = last ? [...chunks, last] : chunks;
        expect(wholeBody(body)).toEqual(Buffer.concat(all.map(bytesOf)));
      }),
    );
  });

  it('is its own, whatever is written into the buffers since', () => {
    const body = createKeptBody(10);
    const chunks = [Buffer.from('one'), Buffer.from('two')] as const;
    keepChunk(body, chunks[0], undefined);
    keepEnd(body, chunks[1], undefined);
    for (const chunk of chunks) chunk.fill(0);
    expect(String(wholeBody(body))).toBe('onetwo');
  });

  it('is a buffer of exactly its bytes, though it ends with a base64 text that has line ends', () => {
    const body = createKeptBody(100);
    keepEnd(body, 'b25l\r\nb25l', 'base64');
    expect(String(wholeBody(body))).toBe('oneone');
  });

  it.each([
    ['in one chunk', []],
    ['in several', ['12', '34']],
  ])('is none that is larger than its bound, %s', (_what, chunks) => {
    const body = createKeptBody(5);
    for (const chunk of chunks) expect(keepChunk(body, chunk, undefined)).toBe(true);
    expect(keepEnd(body, chunks.length === 0 ? '123456' : '56', undefined)).toBe(false);
    expect(wholeBody(body)).toBeUndefined();
  });
});
