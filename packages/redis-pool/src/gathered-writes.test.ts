import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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

/** By their clock writes are told apart: one that goes on while the process stands still would part those of one tick. */
function holdClock(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
    vi.advanceTimersByTime(1000);
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

const tick = () => new Promise<void>((resolve) => void process.nextTick(resolve));

describe('what is written to a socket', () => {
  holdClock();

  it('leaves at once when it is alone', () => {
    const { socket, chunks } = openSocket();
    socket.write('one');
    expect(chunks).toHaveLength(1);
  });

  it('leaves at once again when an answer was heard meanwhile, or some time has passed', () => {
    const { socket, chunks, heard } = openSocket();
    socket.write('one');
    vi.advanceTimersByTime(0.05);
    heard.at = performance.now();
    socket.write('two');
    expect(chunks).toHaveLength(2);
    vi.advanceTimersByTime(0.2);
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
});

describe('what is written to a socket, whatever the clock', () => {
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
