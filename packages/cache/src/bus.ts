import type { RedisPort, RedisSubscriber } from '@breakwater/core/redis';
import type { Announcement } from './announcement.ts';
import { decodeMessage, encodeMessage } from './bus-message.ts';
import { createSequenceWatch } from './sequence.ts';

/** What other instances of this namespace say, over Redis pub/sub. */
export interface Bus {
  readonly connected: boolean;
  readonly published: number;
  readonly received: number;
  close(): void;
}

export interface BusListeners {
  onAnnouncement(announcement: Announcement): void;
  /** Messages may have been missed; `connected` is the first connection, before which nothing was heard. */
  onLoss(reason: 'gap' | 'reconnected' | 'connected'): void;
  onConnection(connected: boolean): void;
}

/** The sending half: numbers this publisher's messages. Something else publishes them, with the change they tell of. */
export interface Announcer {
  readonly publisher: string;
  readonly published: number;
  messageOf(announcement: Partial<Announcement>): string;
}

export function createAnnouncer(publisher: string): Announcer {
  let sequence = 0;
  return {
    publisher,
    get published() {
      return sequence;
    },
    messageOf(announcement) {
      sequence += 1;
      return encodeMessage({ publisher, sequence, announcement });
    },
  };
}

/** How long messages of one publisher may arrive out of order before a hole counts as a loss. */
const GAP_GRACE_MS = 250;

export function createBus(
  redis: Pick<RedisPort, 'duplicate'>,
  channel: string,
  announcer: Announcer,
  listeners: BusListeners,
): Bus {
  const watch = createSequenceWatch(GAP_GRACE_MS);
  const subscriber: RedisSubscriber = redis.duplicate();
  let isConnected = false;
  let wasConnected = false;
  let isClosed = false;
  let received = 0;
  let gapTimer: NodeJS.Timeout | undefined;

  function setConnected(connected: boolean): void {
    if (isConnected === connected) return;
    isConnected = connected;
    listeners.onConnection(connected);
  }

  async function subscribe(): Promise<void> {
    try {
      await subscriber.subscribe(channel);
    } catch {
      // The connection went away again; its next `ready` subscribes.
      return;
    }
    if (isClosed || isConnected || subscriber.status !== 'ready') return;
    watch.reset();
    // Connected first: what is learned from here on is heard of.
    setConnected(true);
    listeners.onLoss(wasConnected ? 'reconnected' : 'connected');
    wasConnected = true;
  }

  function checkGap(): void {
    gapTimer = undefined;
    const state = watch.check(performance.now());
    if (state === 'lost') listeners.onLoss('gap');
    if (state === 'open') gapTimer = setTimeout(checkGap, GAP_GRACE_MS).unref();
  }

  function hear(text: string): void {
    const message = decodeMessage(text);
    if (message?.publisher === announcer.publisher) return;
    received += 1;
    // A newer version may have said that something is invalid; it cannot be known what.
    if (!message) {
      listeners.onLoss('gap');
      return;
    }
    listeners.onAnnouncement(message.announcement);
    watch.heard(message.publisher, message.sequence, performance.now());
    if (gapTimer === undefined) checkGap();
  }

  subscriber.on('message', (_channel, text) => hear(text));
  subscriber.on('ready', () => void subscribe());
  subscriber.on('close', () => setConnected(false));
  // `close` says what matters; without a listener ioredis prints every failed attempt to connect.
  subscriber.on('error', () => {});
  // A lazy client connects at its first command; one that is ready already will not say so again.
  if (subscriber.status === 'wait' || subscriber.status === 'ready') void subscribe();

  return {
    get connected() {
      return isConnected;
    },
    get published() {
      return announcer.published;
    },
    get received() {
      return received;
    },
    close() {
      isClosed = true;
      clearTimeout(gapTimer);
      subscriber.disconnect();
      setConnected(false);
    },
  };
}
