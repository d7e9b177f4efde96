import { once } from 'node:events';
import { Redis } from 'ioredis';

/**
 * Ages what the windows hold, as if `ms` had passed since the last call: real Redis, real script, no sleeping.
 * Every hit is moved back, and a key whose time to live ends meanwhile is gone.
 */
export async function passTime(redis: Redis, ms: number): Promise<void> {
  const [, keys] = await redis.scan('0', 'COUNT', 10_000);
  for (const key of keys) {
    await redis.eval(
      `local ttl = redis.call('PTTL', KEYS[1]) - ARGV[1]
       if ttl < 0 then return redis.call('DEL', KEYS[1]) end
       for index, hit in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
         redis.call('LSET', KEYS[1], index - 1, hit - ARGV[1] * 1000)
       end
       redis.call('PEXPIRE', KEYS[1], ttl)`,
      1,
      key,
      Math.ceil(ms),
    );
  }
}

/** Calls of one command the server has run, by its own count. */
export async function callsOf(redis: Redis, command: string): Promise<number> {
  const statistics = await redis.info('commandstats');
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(statistics)?.[1] ?? 0);
}

/** A client that is connected, and comes back quickly when its server does. */
export async function connect(url: string): Promise<Redis> {
  const redis = new Redis(url, { retryStrategy: () => 20 });
  redis.on('error', () => {
    // What a test does to its server must not end the test run; each test asserts what its limiter made of it.
  });
  await once(redis, 'ready');
  return redis;
}
