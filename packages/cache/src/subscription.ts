import type { RedisPort, RedisSubscriber } from '@breakwater/core/redis';

/**
 * One channel, heard over one connection at a time. One that is lost is replaced, not renewed: ioredis renews
 * subscriptions without hearing what comes of it, and a connection lost in that moment is an unhandled rejection.
 */
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

const REPLACE_AFTER_MS = 50;

export function createSubscription(
  redis: Pick<RedisPort, 'duplicate'>,
  channel: string,
  { onSubscribed, onLost, onText }: SubscriptionListeners,
): Subscription {
  let current: RedisSubscriber | undefined;
  let isSubscribed = false;
  let replacing: NodeJS.Timeout | undefined;

  function lose(): void {
    if (!isSubscribed) return;
    isSubscribed = false;
    onLost();
  }

  async function subscribe(subscriber: RedisSubscriber): Promise<void> {
    try {
      await subscriber.subscribe(channel);
    } catch {
      // The connection went away again; its `close` replaces it.
      return;
    }
    if (current !== subscriber || isSubscribed || subscriber.status !== 'ready') return;
    isSubscribed = true;
    onSubscribed();
  }

  function open(): void {
    const subscriber = redis.duplicate();
    current = subscriber;
    let wasReady = subscriber.status === 'ready';
    subscriber.on('message', (_channel, text) => {
      if (current === subscriber) onText(text);
    });
    subscriber.on('ready', () => {
      wasReady = true;
      void subscribe(subscriber);
    });
    subscriber.on('close', () => {
      if (current !== subscriber) return;
      lose();
      // Until its first connection stands ioredis tries by itself.
      if (wasReady) replacing ??= setTimeout(replace, REPLACE_AFTER_MS).unref();
    });
    // `close` says what matters; without a listener ioredis prints every failed attempt to connect.
    subscriber.on('error', () => {});
    // A lazy client connects at its first command; one that is ready already will not say so again.
    if (subscriber.status === 'wait' || subscriber.status === 'ready') void subscribe(subscriber);
  }

  function close(): void {
    clearTimeout(replacing);
    replacing = undefined;
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
