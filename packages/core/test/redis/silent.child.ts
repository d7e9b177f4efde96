import { Redis } from 'ioredis';
import { boundRedis } from '../../src/redis/bound-redis.ts';

// Has nothing to do but to wait for a Redis that was frozen, and says what became of that.
const redis = new Redis(process.argv[2] ?? '');
const bounded = boundRedis(redis, 100);
await bounded.ping();
process.once('message', async () => {
  const told = await bounded.get('key').catch(({ code }) => code);
  process.stdout.write(`${told}`);
  redis.disconnect();
});
process.send?.('ready', () => undefined);
