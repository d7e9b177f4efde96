import type { BackgroundWork } from '@breakwater/core';
import { idBesideEntries, idOf } from '../entries/address.ts';
import { createFence } from '../generations/fence.ts';
import { matcherOf } from '../targets/spaced-pattern.ts';
import type { Invalidations } from '../targets/target.ts';
import type { Outbox } from './outbox.ts';

/**
 * Sends invalidations that Redis could not take, as soon as it answers, and before anything is read from it: its
 * entries are as they were before the outage. And before anything is written that they would end.
 */
export interface Replay {
  /** Whether Redis may hold what was invalidated. */
  isDue(): boolean;
  /** Whether what is due would end an entry of this id and these tags. */
  isDueFor(id: string, tags: readonly string[]): boolean;
  /** To be taken before a write. */
  mark(): number;
  /** Whether something became due since `mark` that ends such an entry: an earlier change that was under way has failed. */
  isDueSince(mark: number, id: string, tags: readonly string[]): boolean;
  later(invalidations: Partial<Invalidations>): void;
  /** Tries now. @returns whether nothing is due any more. */
  settle(): Promise<boolean>;
  /** Redis answers again: what is due need not wait for the next try. */
  wake(): void;
  close(): void;
}

export interface ReplayOptions {
  readonly outbox: Outbox;
  /** @returns what Redis did not take. */
  readonly send: (invalidations: Invalidations) => Promise<Partial<Invalidations> | undefined>;
  readonly background: BackgroundWork;
}

/** Others may read from Redis what is due until it has been sent. */
const RETRY_MS = 250;

export function createReplay({ outbox, send, background }: ReplayOptions): Replay {
  let sending: Promise<boolean> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  /** Raised by all that becomes due. */
  const ended = createFence();
  /** Nothing is due of what became so before. */
  let settledUpTo = ended.mark();

  async function sendAll(): Promise<boolean> {
    const due = outbox.take();
    const mark = ended.mark();
    let refused: Partial<Invalidations> | undefined = due;
    try {
      refused = await send(due);
    } finally {
      sending = undefined;
      if (refused) later(refused);
      else settledUpTo = mark;
    }
    return outbox.size() === 0;
  }

  function settle(): Promise<boolean> {
    if (!sending && outbox.size() > 0) sending = sendAll();
    return sending ?? Promise.resolve(true);
  }

  function raise({ keys = [], tags = [], patterns = [] }: Partial<Invalidations>): void {
    for (const [space, key] of keys) ended.raise(idOf(space, key));
    for (const tag of tags) ended.raise(idBesideEntries(tag));
    for (const pattern of patterns) ended.raiseMatching(matcherOf(pattern));
  }

  function later(invalidations: Partial<Invalidations>): void {
    if (outbox.add(invalidations)) ended.raiseAll();
    else raise(invalidations);
    if (isClosed) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      wake();
    }, RETRY_MS).unref();
  }

  function wake(): void {
    if (outbox.size() > 0) background.run('replay of invalidations', settle);
  }

  const isDue = () => sending !== undefined || outbox.size() > 0;

  function isDueSince(mark: number, id: string, tags: readonly string[]): boolean {
    // Every write asks, and mostly there was nothing.
    if (ended.mark() === mark) return false;
    return ended.isRaised(id, mark) || tags.some((tag) => ended.isRaised(idBesideEntries(tag), mark));
  }

  return {
    isDue,
    isDueFor: (id, tags) => isDue() && isDueSince(settledUpTo, id, tags),
    mark: () => ended.mark(),
    isDueSince,
    later,
    settle,
    wake,
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
