import { isRefusal, type RedisPort, type RedisSubscriber } from '@breakwater/core/redis';
import { changedKeys, trackKeys } from './tracking.ts';

/** One channel, heard over one connection at a time. */
export interface Subscription {
  /** Gives up a connection that is silent, though it may look alive, for a new one. */
  replace(): void;
  close(): void;
}

export interface SubscriptionOptions {
  readonly channel: string;
  /** Keys to be told of when anybody changes them. */
  readonly trackedPrefix: string | undefined;
}

export interface SubscriptionListeners {
  /** What is published from now on is heard. */
  onSubscribed(): void;
  onLost(): void;
  onText(text: string): void;
  /** Keys that somebody changed, or `all`, where keys are tracked. */
  onChanged(keys: readonly string[] | 'all'): void;
  /** Redis refuses what a subscription takes. */
  onRefused(error: Error): void;
}

/**
 * A new connection is subscribed here. ioredis would do it without hearing what comes of it: a connection lost at
 * that moment is an unhandled rejection, and a subscribed connection that speaks RESP2 takes no `CLIENT TRACKING` any
 * more.
 */
const RENEWED_HERE = { autoResubscribe: false, autoResendUnfulfilledCommands: false } as const;

interface SubscriberSettings {
  readonly autoResubscribe: false;
  readonly autoResendUnfulfilledCommands: false;
  readonly protocol?: 2;
}

/** What `duplicate` of a client takes; that of a Cluster takes something else. */
interface Duplicable {
  duplicate(settings: SubscriberSettings): RedisSubscriber;
}

export function createSubscription(
  redis: Pick<RedisPort, 'duplicate' | 'nodes'>,
  { channel, trackedPrefix }: SubscriptionOptions,
  { onSubscribed, onLost, onText, onChanged, onRefused }: SubscriptionListeners,
): Subscription {
  let current: RedisSubscriber | undefined;
  let isSubscribed = false;
  let subscribing: RedisSubscriber | undefined;

  function duplicate(): RedisSubscriber {
    if (redis.nodes) return redis.duplicate();
    const client: Duplicable = redis;
    return client.duplicate(trackedPrefix === undefined ? RENEWED_HERE : { ...RENEWED_HERE, protocol: 2 });
  }

  function lose(): void {
    if (!isSubscribed) return;
    isSubscribed = false;
    onLost();
  }

  async function subscribe(subscriber: RedisSubscriber): Promise<void> {
    // A lazy client becomes ready while it subscribes, and would begin again.
    if (subscribing === subscriber) return;
    subscribing = subscriber;
    try {
      if (trackedPrefix !== undefined) await trackKeys(subscriber, trackedPrefix);
      await subscriber.subscribe(channel);
    } catch (error) {
      // Any other error is that of a connection that went away again: its next `ready` subscribes.
      if (error instanceof Error && isRefusal(error)) onRefused(error);
      return;
    } finally {
      subscribing = undefined;
    }
    if (current !== subscriber || isSubscribed || subscriber.status !== 'ready') return;
    isSubscribed = true;
    onSubscribed();
  }

  function open(): void {
    const subscriber = duplicate();
    current = subscriber;
    subscriber.on('message', (from, text) => {
      if (current === subscriber && from === channel) onText(text);
    });
    if (trackedPrefix !== undefined) {
      subscriber.on('messageBuffer', (from, message) => {
        const changed = changedKeys(from, message);
        if (current === subscriber && changed !== undefined) onChanged(changed);
      });
    }
    subscriber.on('ready', () => void subscribe(subscriber));
    subscriber.on('close', () => {
      if (current === subscriber) lose();
    });
    // `close` says what matters; without a listener ioredis prints every failed attempt to connect.
    subscriber.on('error', () => {});
    // A lazy client connects at its first command; one that is ready already will not say so again.
    if (subscriber.status === 'wait' || subscriber.status === 'ready') void subscribe(subscriber);
  }

  function close(): void {
    const subscriber = current;
    current = undefined;
    subscriber?.disconnect();
    lose();
  }

  function replace(): void {
    close();
    try {
      open();
    } catch {
      // The client was closed by its owner: nothing will be heard any more, and the cache knows that it is blind.
    }
  }

  open();
  return { replace, close };
}
