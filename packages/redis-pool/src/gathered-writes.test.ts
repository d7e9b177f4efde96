import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gatherWrites } from './gathered-writes.ts';

function openSocket() {
  const socket = new PassThrough();
  const chunks: Buffer[] = [];
  const write = socket.write.bind(socket);
  socket.write = (chunk: string | Uint8Array): boolean => {
    chunks.push(Buffer.from(chunk));
    return write(chunk);
  };
  socket.resume();
  const heard = { at: 0 };
  gatherWrites(socket, heard);
  return { socket, chunks, heard, sent: () => Buffer.concat(chunks).toString('latin1') };
}

const tick = () => new Promise<void>((resolve) => void process.nextTick(resolve));

describe('what is written to a socket', () => {
  it('leaves at once when it is alone', () => {
    const { socket, chunks } = openSocket();
    socket.write('one');
    expect(chunks).toHaveLength(1);
  });

  it('leaves at once again when an answer was heard meanwhile, or some time has passed', async () => {
    const { socket, chunks, heard } = openSocket();
    socket.write('one');
    heard.at = performance.now();
    socket.write('two');
    expect(chunks).toHaveLength(2);
    await new Promise((resolve) => setTimeout(resolve, 2));
    socket.write('three');
    expect(chunks).toHaveLength(3);
  });

  it('leaves together when it is written in one tick', async () => {
    const { socket, chunks, sent } = openSocket();
    for (const text of ['a', 'b', 'c', 'd']) socket.write(text);
    await tick();
    expect(sent()).toBe('abcd');
    expect(chunks).toHaveLength(2);

    for (const text of ['e', 'f', 'g']) socket.write(text);
    expect(chunks).toHaveLength(2);
    await tick();
    expect(chunks).toHaveLength(3);
  });

  it('is dropped in silence when the socket is gone', async () => {
    const { socket, sent } = openSocket();
    socket.write('a');
    socket.write('b');
    socket.destroy();
    await tick();
    expect(sent()).toBe('a');
  });

  it('leaves in the order of its writing, texts and bytes, in whatever ticks', async () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary-ascii' }),
      fc.uint8Array({ maxLength: 5 }).map((bytes) => Buffer.from(bytes)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(piece, { maxLength: 6 }), { maxLength: 6 }), async (ticks) => {
        const { socket, sent } = openSocket();
        for (const pieces of ticks) {
          for (const one of pieces) socket.write(one);
          await tick();
        }
        expect(sent()).toBe(Buffer.concat(ticks.flat().map((one) => Buffer.from(one))).toString('latin1'));
      }),
    );
  });
});
