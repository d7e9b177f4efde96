import { createRedisPool } from '@breakwater/redis-pool';
import { Redis, type RedisOptions } from 'ioredis';
import CircuitBreaker from 'opossum';
import { createClient } from 'redis';

/** What every case reads, and how it is put there. */
export interface Client {
  get(key: string): Promise<unknown>;
}

export const KEY = 'bench:small';
export const LARGE_KEY = 'bench:large';
const SMALL = 'v'.repeat(200);
const LARGE = 'v'.repeat(5 * 1024 * 1024);

/** Raw ioredis, one connection. */
export async function connectIoredis(url: string, options: RedisOptions = {}): Promise<Client> {
  return filled(new Redis(url, options));
}

/** Each command through opossum's `fire`, as its documentation shows. */
export async function connectOpossum(url: string): Promise<Client> {
  const redis = new Redis(url);
  const breaker = new CircuitBreaker((key: string) => redis.get(key), { timeout: 3000 });
  await filled(redis);
  return { get: (key) => breaker.fire(key) };
}

/** @param commandOptions node-redis's own default has a timeout of 5 s, which costs an AbortSignal a command. */
export async function connectNodeRedis(url: string, commandOptions?: { timeout: number }): Promise<Client> {
  const client = createClient({ url, ...(commandOptions && { commandOptions }) });
  await client.connect();
  await client.set(KEY, SMALL);
  return client;
}

/** As a user makes it: breaker, deadline and all lanes. */
export async function connectPool(url: string): Promise<Client> {
  const pool = createRedisPool({ url });
  await pool.whenReady('5s');
  return filled(pool);
}

async function filled<C extends Client & { call(command: string, ...words: string[]): Promise<unknown> }>(
  client: C,
): Promise<C> {
  await client.call('SET', KEY, SMALL);
  await client.call('SET', LARGE_KEY, LARGE);
  return client;
}
