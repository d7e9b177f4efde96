import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { readInTurns } from './polite-reads.ts';

it('a large answer is read a piece a turn of the event loop, and what is small at once', async () => {
  const socket = new PassThrough({ highWaterMark: 10_000_000 });
  const read: number[] = [];
  socket.on('data', ({ length }: Buffer) => read.push(length));
  readInTurns(socket);
  for (const bytes of [65_536, 65_536, 65_536, 10, 20]) socket.write(Buffer.alloc(bytes));
  const counts = new Set([read.length]);
  while (read.length < 5) {
    await new Promise((resolve) => void setImmediate(resolve));
    counts.add(read.length);
  }
  expect([...counts]).toEqual([1, 2, 3, 5]);
  expect(read).toEqual([65_536, 65_536, 65_536, 10, 20]);
});
