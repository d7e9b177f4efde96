import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisPort } from '@breakwater/core/redis';
import type { CacheStats } from '../stats.ts';
import type { Announcement } from './announcement.ts';
import { createArrivals } from './arrivals.ts';
import { createDecodeOwn, decodeMessage, type Told } from './bus-message.ts';
import { createPresence, type Presence, type PresenceOptions } from './presence.ts';
import type { BusRecord, Replayed } from './record.ts';
import { createSequenceWatch } from './sequence.ts';
import { createSubscription } from './subscription.ts';
import type { Milestone } from './token.ts';
import { wokenBy } from './wake-message.ts';

/** What other instances of this namespace say, over Redis pub/sub. */
export interface Bus {
  stats(): Omit<CacheStats['bus'], 'flushes'>;
  readonly ask: Presence['ask'];
  readonly live: Presence['live'];
  /** Whether everything up to there was heard within the time; what is on its way is read from the record. */
  demand(milestone: Milestone, withinMs: number): Promise<boolean>;
  /** Says goodbye, where Redis listens. */
  close(): Promise<void>;
}

export interface BusListeners {
  onAnnouncement(announcement: Announcement): void;
  /** Whether everything is heard that is said: not while there is no connection, nor until what it missed is made up for. */
  onHearing(hears: boolean): void;
  /** Messages were missed for good; `connected` is the first connection, before which nothing was heard. */
  onLoss(reason: LossReason): void;
  /** The lease of `id` is over. */
  onWake(id: string): void;
  /** Somebody changed these keys in Redis. */
  onChanged(keys: readonly string[]): void;
  /** Redis refuses to let this instance hear. */
  onRefused(error: Error): void;
}

export type LossReason = 'gap' | 'reconnected' | 'connected' | 'emptied';

export interface BusOptions extends Omit<PresenceOptions, 'arrivals' | 'hasHeard' | 'onSilent'> {
  /** As it was given: what bounds its commands would not pass on how it is to be duplicated. */
  readonly client: Pick<RedisPort, 'duplicate' | 'nodes'>;
  readonly record: BusRecord;
  /** What anybody changes under it is heard of. */
  readonly trackedPrefix: string | undefined;
}

/** How long messages of one publisher may arrive out of order before a hole counts as a loss. */
const GAP_GRACE_MS = 250;
const RETRY_MS = 250;

export function createBus(options: BusOptions, listeners: BusListeners): Bus {
  const { client, channel, record, announcer, trackedPrefix } = options;
  const decodeOwn = createDecodeOwn(announcer.publisher);
  const watch = createSequenceWatch(GAP_GRACE_MS);
  const arrivals = createArrivals();
  /** Whether there is a connection, and everything that was missed before it is made up for. */
  let hears = false;
  let wasConnected = false;
  /** The message up to which nothing is missed. */
  let wholeUpTo: string | undefined;
  /** Changes with every connection: what was begun for another one is of no use. */
  let connection = 0;
  let gapTimer: NodeJS.Timeout | undefined;
  let received = 0;
  let replays = 0;

  function setHearing(hearing: boolean): void {
    if (hears === hearing) return;
    hears = hearing;
    arrivals.look();
    listeners.onHearing(hearing);
  }

  const presence = createPresence({
    ...options,
    arrivals,
    hasHeard,
    onSilent: () => subscription.replace(),
  });

  function hasHeard({ publisher, sequence }: Milestone): boolean {
    return hears && watch.hasAll(publisher, sequence);
  }

  function hearTold({ publisher, sequence, announcement, id }: Told): void {
    if (publisher !== announcer.publisher) {
      received += 1;
      listeners.onAnnouncement(announcement);
      note(publisher, sequence);
    }
    if (!hears) return;
    if (id === undefined) wholeUpTo = undefined;
    else if (watch.isWhole) wholeUpTo = id;
  }

  function note(publisher: string, sequence: number): void {
    watch.heard(publisher, sequence, performance.now());
    presence.heardFrom(publisher);
  }

  function hear(text: string): void {
    presence.heard();
    const woken = wokenBy(text);
    if (woken !== undefined) {
      listeners.onWake(woken);
      return;
    }
    const message = decodeOwn(text) ?? decodeMessage(text);
    if (!message) {
      // A newer version may have said that something is invalid; it cannot be known what.
      received += 1;
      forgetAll('gap');
    } else if ('says' in message) {
      const { publisher, sequence } = message;
      if (publisher !== announcer.publisher) watch.claimed(publisher, sequence, performance.now());
      presence.heardBeat(message);
    } else {
      hearTold(message);
    }
    if (gapTimer === undefined) checkGap();
    arrivals.look();
  }

  function forgetAll(reason: LossReason): void {
    wholeUpTo = undefined;
    listeners.onLoss(reason);
  }

  function checkGap(): void {
    gapTimer = undefined;
    const state = watch.check(performance.now());
    if (state === 'whole') return;
    if (state === 'lost' && hears) void catchUp('gap');
    gapTimer = setTimeout(checkGap, GAP_GRACE_MS).unref();
  }

  /** Makes up for what was missed: by the record where it reaches back to before that, else by forgetting everything. */
  async function catchUp(reason: LossReason): Promise<void> {
    const begunOn = connection;
    setHearing(false);
    const { missed, readAt } = await askForMissed(begunOn);
    const last = missed === 'gone' ? await record.last() : undefined;
    // A later connection catches up by itself.
    if (connection !== begunOn || missed === 'unanswered') return;
    if (missed === 'gone') beginAnew(reason, last);
    else apply(missed, readAt);
  }

  /** Again and again for as long as the connection lasts: until then memory is bounded by its blind time. */
  async function askForMissed(begunOn: number) {
    for (;;) {
      const readAt = performance.now();
      const missed = wholeUpTo === undefined ? 'gone' : await record.since(wholeUpTo);
      if (missed !== 'unanswered' || connection !== begunOn) return { missed, readAt };
      await sleep(RETRY_MS, undefined, { ref: false });
    }
  }

  function applyAll(messages: readonly Told[]): void {
    for (const { publisher, sequence, announcement } of messages) {
      if (publisher === announcer.publisher) continue;
      listeners.onAnnouncement(announcement);
      note(publisher, sequence);
    }
  }

  function apply({ messages, last }: Replayed, readAt: number): void {
    applyAll(messages);
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
    listeners.onLoss(reason);
  }

  /** What is recorded by now is applied after this, whether its messages have come or not. */
  async function readAhead(): Promise<boolean> {
    const missed = wholeUpTo === undefined ? 'gone' : await record.since(wholeUpTo);
    // Whoever may bring tokens must not be able to have memory dropped.
    if (missed === 'gone' || missed === 'unanswered') return false;
    applyAll(missed.messages);
    return true;
  }

  const subscription = createSubscription(
    client,
    { channel, trackedPrefix },
    {
      onSubscribed() {
        connection += 1;
        void catchUp(wasConnected ? 'reconnected' : 'connected');
        wasConnected = true;
        presence.beat();
      },
      onLost() {
        connection += 1;
        // The record says nothing of changes that others made.
        if (trackedPrefix !== undefined) wholeUpTo = undefined;
        setHearing(false);
      },
      onText: hear,
      onChanged(keys) {
        presence.heard();
        if (keys === 'all') forgetAll('emptied');
        else listeners.onChanged(keys);
      },
      onRefused: listeners.onRefused,
    },
  );

  return {
    stats: () => ({
      connected: hears,
      published: announcer.published,
      received,
      replays,
      instances: presence.live().length,
      lagMs: presence.lagMs,
    }),
    ask: presence.ask,
    live: presence.live,
    async demand(milestone, withinMs) {
      if (hasHeard(milestone)) return true;
      let isRead = false;
      void readAhead().then((isDone) => {
        isRead = isDone;
        arrivals.look();
      });
      return arrivals.until(() => isRead || hasHeard(milestone), withinMs);
    },
    async close() {
      arrivals.close();
      clearTimeout(gapTimer);
      subscription.close();
      await presence.leave();
    },
  };
}
