import { setTimeout as sleep } from 'node:timers/promises';
import type { Told } from './bus-message.ts';
import type { BusRecord, Replayed } from './record.ts';
import type { SequenceWatch } from './sequence.ts';

/** Why messages were missed for good. `connected`: at the first connection, before which nothing was heard. */
export type LossReason = 'gap' | 'reconnected' | 'connected' | 'emptied';

/** Knows whether everything is heard that is said, and makes up for what was missed: by the record, or by a loss. */
export interface CatchUp {
  /** Whether there is a connection, and everything that was missed before it is made up for. */
  readonly hears: boolean;
  /** Times that missed messages were made up for by the record. */
  readonly replays: number;
  /** A message was heard; `id` is its place in the record, where it is recorded. */
  heard(id: string | undefined): void;
  /** From now on what is published is heard, over a new connection. */
  connected(): void;
  /** @param isRecorded whether all that may be missed from now on will be in the record. */
  disconnected(isRecorded: boolean): void;
  /** Makes up for what was missed: by the record where that reaches back to it, else by forgetting everything. */
  begin(reason: LossReason): Promise<void>;
  /** What was said cannot be made up for. */
  lose(reason: LossReason): void;
  /** Applies all that is recorded by now, whether or not its messages have come. @returns false where that cannot be had. */
  readAhead(): Promise<boolean>;
}

export interface CatchUpOptions {
  readonly record: BusRecord;
  readonly watch: SequenceWatch;
  readonly apply: (messages: readonly Told[]) => void;
  readonly onHearing: (hears: boolean) => void;
  readonly onLoss: (reason: LossReason) => void;
}

const RETRY_MS = 250;

export function createCatchUp({ record, watch, apply, onHearing, onLoss }: CatchUpOptions): CatchUp {
  let hears = false;
  let wasConnected = false;
  /** The message up to which nothing is missed. */
  let wholeUpTo: string | undefined;
  /** Changes with every connection: what was begun for another one is of no use. */
  let connection = 0;
  let replays = 0;

  function setHearing(hearing: boolean): void {
    if (hears === hearing) return;
    hears = hearing;
    onHearing(hearing);
  }

  async function begin(reason: LossReason): Promise<void> {
    const begunOn = connection;
    setHearing(false);
    const { missed, readAt } = await askForMissed(begunOn);
    const last = missed === 'gone' ? await record.last() : undefined;
    // A later connection catches up by itself.
    if (connection !== begunOn || missed === 'unanswered') return;
    if (missed === 'gone') beginAnew(reason, last);
    else replay(missed, readAt);
  }

  async function readMissed(): Promise<Replayed | 'gone' | 'unanswered'> {
    return wholeUpTo === undefined ? 'gone' : record.since(wholeUpTo);
  }

  /** Again and again for as long as the connection lasts: until then memory is bounded by its blind time. */
  async function askForMissed(begunOn: number) {
    for (;;) {
      const readAt = performance.now();
      const missed = await readMissed();
      if (missed !== 'unanswered' || connection !== begunOn) return { missed, readAt };
      await sleep(RETRY_MS, undefined, { ref: false });
    }
  }

  function replay({ messages, last }: Replayed, readAt: number): void {
    apply(messages);
    wholeUpTo = last;
    // The record has all that was published: a number that it lacks belongs to a message that never reached Redis.
    watch.settle(readAt);
    replays += 1;
    setHearing(true);
  }

  function beginAnew(reason: LossReason, last: string | undefined): void {
    wholeUpTo = last;
    watch.reset();
    // Hearing first: what is learned from here on is heard of.
    setHearing(true);
    onLoss(reason);
  }

  return {
    get hears() {
      return hears;
    },
    get replays() {
      return replays;
    },
    heard(id) {
      if (!hears) return;
      if (id === undefined) wholeUpTo = undefined;
      else if (watch.isWhole) wholeUpTo = id;
    },
    connected() {
      connection += 1;
      void begin(wasConnected ? 'reconnected' : 'connected');
      wasConnected = true;
    },
    disconnected(isRecorded) {
      connection += 1;
      if (!isRecorded) wholeUpTo = undefined;
      setHearing(false);
    },
    begin,
    lose(reason) {
      wholeUpTo = undefined;
      onLoss(reason);
    },
    async readAhead() {
      const missed = await readMissed();
      // Whoever may bring tokens must not be able to have memory dropped, so nothing is lost where the record is gone.
      if (missed === 'gone' || missed === 'unanswered') return false;
      apply(missed.messages);
      return true;
    },
  };
}
