import type { RedisPort, RedisSubscriber } from '@breakwater/core/redis';

/** One channel, heard over one connection at a time. */
export interface Subscription {
  /** Gives up a connection that is silent, though it may look alive, for a new one. */
  replace(): void;
  close(): void;
}

export interface SubscriptionListeners {
  /** What is published from now on is heard. */
  onSubscribed(): void;
  onLost(): void;
  onText(text: string): void;
}

/** A client's own duplicates; what a Cluster's `duplicate` takes is something else. */
interface Duplicable {
  duplicate(settings: { readonly autoResubscribe: false }): RedisSubscriber;
}

export function createSubscription(
  redis: Pick<RedisPort, 'duplicate' | 'nodes'>,
  channel: string,
  { onSubscribed, onLost, onText }: SubscriptionListeners,
): Subscription {
  let current: RedisSubscriber | undefined;
  let isSubscribed = false;

  /** ioredis would renew subscriptions without hearing what comes of it: a loss in that moment is an unhandled rejection. */
  function duplicate(): RedisSubscriber {
    if (redis.nodes) return redis.duplicate();
    const client: Duplicable = redis;
    return client.duplicate({ autoResubscribe: false });
  }

  function lose(): void {
    if (!isSubscribed) return;
    isSubscribed = false;
    onLost();
  }

  async function subscribe(subscriber: RedisSubscriber): Promise<void> {
    try {
      await subscriber.subscribe(channel);
    } catch {
      // The connection went away again; its next `ready` subscribes.
      return;
    }
    if (current !== subscriber || isSubscribed || subscriber.status !== 'ready') return;
    isSubscribed = true;
    onSubscribed();
  }

  function open(): void {
    const subscriber = duplicate();
    current = subscriber;
    subscriber.on('message', (_channel, text) => {
      if (current === subscriber) onText(text);
    });
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
