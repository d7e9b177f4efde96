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

export function createSubscription(
  redis: Pick<RedisPort, 'duplicate'>,
  channel: string,
  { onSubscribed, onLost, onText }: SubscriptionListeners,
): Subscription {
  let current: RedisSubscriber | undefined;
  let isSubscribed = false;

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
    const subscriber = redis.duplicate();
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

  open();
  return {
    replace() {
      close();
      try {
        open();
      } catch {
        // The client was closed by its owner: there is nothing to hear any more, and whoever asks knows it is not heard.
      }
    },
    close,
  };
}
