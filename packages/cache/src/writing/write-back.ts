import type { BackgroundWork } from '@breakwater/core';
import type { ResolvedWriteBack } from '../options/write-options.ts';
import type { WriteBackStats } from '../stats.ts';
import type { BufferedWrite, Discarded, WriteBuffer } from './write-buffer.ts';

/** Sends buffered writes in batches: when enough are due, after a while, again where they were refused, and at the end. */
export interface WriteBack {
  readonly find: WriteBuffer['find'];
  readonly holds: WriteBuffer['holds'];
  readonly isKept: WriteBuffer['isKept'];
  readonly remove: WriteBuffer['remove'];
  /** @returns whether there was room; without it the caller writes through. */
  add(write: BufferedWrite): boolean;
  /**
   * Forgets what was written before an invalidation or a later write.
   *
   * @returns what to wait for before Redis is told of it, where the forgotten may be on its way there.
   */
  discard(ids: readonly string[]): Promise<void> | undefined;
  discardMatching(isVictim: (write: BufferedWrite) => boolean): Promise<void> | undefined;
  /** Sends all that is due by now. @returns how many are still buffered. */
  drain(): Promise<number>;
  /** Redis is back: no need to wait for the next attempt. */
  wake(): void;
  /** Drains once more. What could not be sent is dropped, and counted. */
  close(): Promise<void>;
  stats(): WriteBackStats;
}

export interface WriteBackParts {
  readonly options: ResolvedWriteBack;
  readonly buffer: WriteBuffer;
  /** @returns the writes that were refused, and are to be tried again. */
  readonly send: (batch: readonly BufferedWrite[]) => Promise<readonly BufferedWrite[]>;
  readonly background: BackgroundWork;
  readonly onDropped: (entries: number) => void;
}

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5000;
/** Redis applies some while this process makes the next: one at a time, they would wait for each other, and each wake the other side. */
const MAX_BATCHES_UNDER_WAY = 4;

export function createWriteBack({ options, buffer, send, background, onDropped }: WriteBackParts): WriteBack {
  let flushing: Promise<void> | undefined;
  let sending: Promise<unknown> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  /** Flushes in a row that ended with a batch of which nothing was taken. */
  let failures = 0;
  /**
   * Halved where a whole batch was refused, since one write of it may be the cause, and doubled again with each that
   * is taken.
   */
  let batchSize = options.batch;
  const counts = { flushed: 0, overflowed: 0, dropped: 0 };

  /** @returns whether any of it was taken. */
  async function sendBatch(batch: readonly BufferedWrite[]): Promise<boolean> {
    let refused = batch;
    try {
      refused = await send(batch);
    } finally {
      settle(batch, refused);
    }
    return refused.length < batch.length;
  }

  function settle(batch: readonly BufferedWrite[], refused: readonly BufferedWrite[]): void {
    buffer.settle(batch, refused);
    counts.flushed += batch.length - refused.length;
    const isTaken = refused.length < batch.length;
    if (isTaken) failures = 0;
    batchSize = isTaken ? Math.min(options.batch, batchSize * 2) : Math.max(1, Math.floor(batch.length / 2));
  }

  async function sendAll(): Promise<void> {
    let isTaken = false;
    try {
      isTaken = await sendDue();
    } finally {
      await sending;
      if (!isTaken) failures += 1;
    }
  }

  /** @returns whether of each batch some was taken; behind one of which nothing was, no other is sent. */
  async function sendDue(): Promise<boolean> {
    // What comes meanwhile is the next flush's.
    let due = buffer.size();
    const underWay: Promise<boolean>[] = [];
    while (due > 0) {
      const batch = buffer.take(Math.min(due, batchSize));
      if (batch.length === 0) break;
      due -= batch.length;
      underWay.push(sendBatch(batch));
      sending = Promise.allSettled(underWay);
      const most = mayLeaveBeside(batch) ? MAX_BATCHES_UNDER_WAY : 1;
      while (underWay.length >= most) if (!(await underWay.shift())) return false;
    }
    const others = await Promise.all(underWay);
    return others.every(Boolean);
  }

  /** A source gets one batch after the other; and who refused the last one is to show that it takes another. */
  function mayLeaveBeside(batch: readonly BufferedWrite[]): boolean {
    return failures === 0 && batch.every(({ source }) => source === undefined);
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    flushing ??= sendAll().finally(() => {
      flushing = undefined;
      schedule();
    });
    return flushing;
  }

  function flushInBackground(): void {
    background.run('write-back', flush);
  }

  function schedule(): void {
    if (isClosed || flushing || buffer.size() === 0) return;
    if (failures === 0 && buffer.size() >= options.batch) flushInBackground();
    else timer ??= setTimeout(flushInBackground, failures > 0 ? retryMs() : options.intervalMs).unref();
  }

  function retryMs(): number {
    return Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS);
  }

  async function drain(): Promise<number> {
    await flushing;
    await flush();
    return buffer.size();
  }

  async function landing(): Promise<void> {
    await sending;
  }

  function landingOf(discarded: Discarded): Promise<void> | undefined {
    return discarded === 'under way' ? landing() : undefined;
  }

  return {
    find: buffer.find,
    holds: buffer.holds,
    isKept: buffer.isKept,
    remove: buffer.remove,
    add(write) {
      const isTaken = !isClosed && buffer.add(write);
      if (!isTaken) counts.overflowed += 1;
      schedule();
      return isTaken;
    },
    discard(ids) {
      // Every write asks, and mostly there is nothing.
      if (buffer.size() === 0) return undefined;
      const isUnderWay = ids.reduce((found, id) => buffer.discard(id) === 'under way' || found, false);
      return landingOf(isUnderWay ? 'under way' : 'none');
    },
    discardMatching: (isVictim) => landingOf(buffer.discardMatching(isVictim)),
    drain,
    wake() {
      failures = 0;
      if (buffer.size() > 0 && !isClosed) flushInBackground();
    },
    async close() {
      isClosed = true;
      let left = await drain();
      // One write that is refused must not cost the others their last chance.
      while (left > 0 && failures <= Math.log2(options.batch)) left = await drain();
      clearTimeout(timer);
      counts.dropped += left;
      if (left > 0) onDropped(left);
    },
    stats: () => ({ buffered: buffer.size(), bytes: buffer.bytes(), ...counts }),
  };
}
