import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisPort } from '@breakwater/core/redis';
import type { Announcement } from './announcement.ts';
import type { Announcer } from './announcer.ts';
import { type Beat, decodeMessage, encodeBeat, type Saying, type Told } from './bus-message.ts';
import { createHeartbeat, PRESENCE_TICKS } from './heartbeat.ts';
import { createPeers } from './peers.ts';
import type { BusRecord, Replayed } from './record.ts';
import { createSequenceWatch } from './sequence.ts';
import type { CacheStats } from './stats.ts';
import { createSubscription } from './subscription.ts';

/** What other instances of this namespace say, over Redis pub/sub. */
export interface Bus {
  stats(): Omit<CacheStats['bus'], 'flushes'>;
  /** Says goodbye, where Redis listens. */
  close(): Promise<void>;
}

export interface BusListeners {
  onAnnouncement(announcement: Announcement): void;
  /** Whether everything is heard that is said: not while there is no connection, nor until what it missed is made up for. */
  onHearing(hears: boolean): void;
  /** Messages were missed for good; `connected` is the first connection, before which nothing was heard. */
  onLoss(reason: LossReason): void;
}

export type LossReason = 'gap' | 'reconnected' | 'connected';

export interface BusOptions {
  readonly redis: Pick<RedisPort, 'publish'>;
  /** As it was given: what bounds its commands would not pass on how it is to be duplicated. */
  readonly client: Pick<RedisPort, 'duplicate' | 'nodes'>;
  readonly channel: string;
  readonly record: BusRecord;
  readonly announcer: Announcer;
  readonly instanceName: string;
  readonly heartbeatMs: number;
}

/** How long messages of one publisher may arrive out of order before a hole counts as a loss. */
const GAP_GRACE_MS = 250;
const RETRY_MS = 250;
/** Signs of life that may be lost before an instance counts as gone. */
const LIVES = 3;

export function createBus(options: BusOptions, listeners: BusListeners): Bus {
  const { redis, client, channel, record, announcer, instanceName, heartbeatMs } = options;
  const watch = createSequenceWatch(GAP_GRACE_MS);
  const peers = createPeers(heartbeatMs * PRESENCE_TICKS * LIVES);
  let hears = false;
  let wasConnected = false;
  /** The message up to which nothing is missed. */
  let wholeUpTo: string | undefined;
  /** Changes with every connection: what was begun for another one is of no use. */
  let connection = 0;
  let isCatchingUp = false;
  let gapTimer: NodeJS.Timeout | undefined;
  let received = 0;
  let replays = 0;
  let lagMs: number | undefined;
  let beatenAt = 0;

  function setHearing(hearing: boolean): void {
    if (hears === hearing) return;
    hears = hearing;
    listeners.onHearing(hearing);
  }

  function say(says: Saying): Promise<unknown> {
    beatenAt = performance.now();
    const { publisher, published } = announcer;
    return redis.publish(channel, encodeBeat({ publisher, sequence: published, name: instanceName, says }));
  }

  const heartbeat = createHeartbeat({
    everyMs: heartbeatMs,
    published: () => announcer.published,
    send: () => say('here'),
    onSilent: () => subscription.replace(),
  });

  function hearTold({ publisher, sequence, announcement, id }: Told): void {
    if (publisher !== announcer.publisher) {
      received += 1;
      listeners.onAnnouncement(announcement);
      note(publisher, sequence);
    }
    if (isCatchingUp) return;
    if (id === undefined) wholeUpTo = undefined;
    else if (watch.isWhole) wholeUpTo = id;
  }

  function note(publisher: string, sequence: number): void {
    const now = performance.now();
    watch.heard(publisher, sequence, now);
    peers.heard(publisher, now);
  }

  function hearBeat({ publisher, sequence, name, says }: Beat): void {
    const now = performance.now();
    if (publisher === announcer.publisher) {
      lagMs = now - beatenAt;
    } else if (says === 'leaving') {
      peers.left(publisher);
    } else {
      watch.claimed(publisher, sequence, now);
      peers.heard(publisher, now, name);
    }
  }

  function hear(text: string): void {
    heartbeat.heard();
    const message = decodeMessage(text);
    if (!message) {
      // A newer version may have said that something is invalid; it cannot be known what.
      received += 1;
      wholeUpTo = undefined;
      listeners.onLoss('gap');
    } else if ('says' in message) {
      hearBeat(message);
    } else {
      hearTold(message);
    }
    if (gapTimer === undefined) checkGap();
  }

  function checkGap(): void {
    gapTimer = undefined;
    const state = watch.check(performance.now());
    if (state === 'whole') return;
    if (state === 'lost' && !isCatchingUp) void catchUp('gap');
    gapTimer = setTimeout(checkGap, GAP_GRACE_MS).unref();
  }

  /** Makes up for what was missed: by the record where it reaches back to before that, else by forgetting everything. */
  async function catchUp(reason: LossReason): Promise<void> {
    const begunOn = connection;
    isCatchingUp = true;
    setHearing(false);
    const { missed, readAt } = await askForMissed(begunOn);
    const last = missed === 'gone' ? await record.last() : undefined;
    // A later connection catches up by itself.
    if (connection !== begunOn || missed === 'unanswered') return;
    isCatchingUp = false;
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

  function apply({ messages, last }: Replayed, readAt: number): void {
    for (const { publisher, sequence, announcement } of messages) {
      if (publisher === announcer.publisher) continue;
      listeners.onAnnouncement(announcement);
      note(publisher, sequence);
    }
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

  const subscription = createSubscription(client, channel, {
    onSubscribed() {
      connection += 1;
      void catchUp(wasConnected ? 'reconnected' : 'connected');
      wasConnected = true;
      heartbeat.beat();
    },
    onLost() {
      connection += 1;
      setHearing(false);
    },
    onText: hear,
  });

  return {
    stats: () => ({
      connected: hears,
      published: announcer.published,
      received,
      replays,
      instances: peers.live(performance.now()).length,
      lagMs,
    }),
    async close() {
      heartbeat.close();
      clearTimeout(gapTimer);
      subscription.close();
      // Nobody need wait for us; where Redis is away, they learn it by our silence.
      await say('leaving').catch(() => {});
    },
  };
}
