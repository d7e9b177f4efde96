import type { RedisSubscriber } from '@breakwater/core/redis';

/** Where Redis tells of changes to a connection that speaks RESP2. */
const INVALIDATIONS = '__redis__:invalidate';

/**
 * Has Redis tell this very connection of every key under `prefix` that anybody changes, before it subscribes to anything
 * else: with RESP2, and as long as no subscription stands, it may redirect to itself, so that both end together.
 */
export async function trackKeys(subscriber: RedisSubscriber, prefix: string): Promise<void> {
  const id = await subscriber.call('CLIENT', 'ID');
  await subscriber.call('CLIENT', 'TRACKING', 'ON', 'REDIRECT', String(id), 'BCAST', 'PREFIX', prefix);
  await subscriber.subscribe(INVALIDATIONS);
}

/** The keys that a message tells of, `all` for an emptied Redis; `undefined` for a message of another channel. */
export function changedKeys(channel: Buffer, message: unknown): readonly string[] | 'all' | undefined {
  if (channel.toString('latin1') !== INVALIDATIONS) return undefined;
  return Array.isArray(message) ? message.map(String) : 'all';
}
