import { createBackgroundWork } from '@breakwater/core';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { keysOf, writeOf } from '../../test/buffered-write.ts';
import type { Source } from '../options/source.ts';
import { createWriteBack } from './write-back.ts';
import { type BufferedWrite, createWriteBuffer } from './write-buffer.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Batches of two, each of which waits for its answer. */
function createSlow() {
  const sent: { keys: string[]; answer(refused: 'none' | 'all'): void }[] = [];
  const send = (batch: readonly BufferedWrite[]) =>
    new Promise<readonly BufferedWrite[]>((resolve) => {
      sent.push({ keys: keysOf(batch), answer: (refused) => resolve(refused === 'all' ? batch : []) });
    });
  const writeBack = createWriteBack({
    options: { batch: 2, intervalMs: 60_000, maxEntries: 100, maxBytes: 1_000_000 },
    buffer: createWriteBuffer({ maxEntries: 100, maxBytes: 1_000_000 }),
    send,
    background: createBackgroundWork((_reason, error) => {
      throw error;
    }),
    onDropped: () => {},
  });
  const turn = () => vi.advanceTimersByTimeAsync(0);
  return { writeBack, sent, turn };
}

function addMany(add: (write: BufferedWrite) => unknown, count: number, source?: Source): void {
  for (let index = 0; index < count; index += 1) add(writeOf(`k${index}`, index, 10, source));
}

it('sends four batches at a time, and the next as soon as the first of them is answered', async () => {
  const { writeBack, sent, turn } = createSlow();
  addMany(writeBack.add, 12);
  sent[0]?.answer('none');
  await turn();
  expect(sent.map(({ keys }) => keys.join())).toEqual(['k0,k1', 'k2,k3', 'k4,k5', 'k6,k7', 'k8,k9']);
  sent[1]?.answer('none');
  await turn();
  expect(sent).toHaveLength(6);
});

it('has no two writes of one key under way', async () => {
  const { writeBack, sent, turn } = createSlow();
  addMany(writeBack.add, 2);
  addMany(writeBack.add, 6);
  sent[0]?.answer('none');
  await turn();
  addMany(writeBack.add, 6);
  expect(sent.map(({ keys }) => keys.join())).toEqual(['k0,k1', 'k2,k3', 'k4,k5', 'k0,k1']);
  for (const { answer } of sent) answer('none');
  await turn();
  expect(sent.slice(4).map(({ keys }) => keys.join())).toEqual(['k2,k3', 'k4,k5', 'k0,k1']);
});

it('sends a source one batch after the other', async () => {
  const { writeBack, sent, turn } = createSlow();
  addMany(writeBack.add, 8, { store() {} });
  await turn();
  expect(sent).toHaveLength(1);
  sent[0]?.answer('none');
  await turn();
  expect(sent).toHaveLength(2);
});

it('takes the refusal of all that was under way for one failure, and then asks with one batch alone', async () => {
  const { writeBack, sent, turn } = createSlow();
  addMany(writeBack.add, 12);
  sent[0]?.answer('none');
  await turn();
  for (const { answer } of sent) answer('all');
  await turn();
  expect(sent).toHaveLength(5);
  await vi.advanceTimersByTimeAsync(249);
  expect(sent).toHaveLength(5);
  await vi.advanceTimersByTimeAsync(1);
  expect(sent).toHaveLength(6);
  sent[5]?.answer('none');
  await turn();
  expect(sent.length).toBeGreaterThan(7);
});
