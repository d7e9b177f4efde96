import { createRedisPool, type RedisPool } from '@breakwater/redis-pool';
import { Redis } from 'ioredis';
import { afterAll, beforeAll } from 'vitest';
import { describeCache } from '../cache-contract.ts';
import { describeAll } from '../describe-all.ts';
import { describeInspection } from '../inspection-contract.ts';
import { PATIENT } from '../instances.ts';
import { describePaced } from '../paced-contract.ts';
import { useRedis } from '../use-redis.ts';
import { describeWrites } from '../write-contract.ts';

const instances = useRedis();
let client: Redis;
let textual: Redis;
let pool: RedisPool;

beforeAll(() => {
  client = instances.client();
  textual = new Redis(instances.server.url, { stringNumbers: true });
  pool = createRedisPool({ url: instances.server.url, deadlineMs: PATIENT });
});
afterAll(async () => {
  textual.disconnect();
  await pool.close();
});

describeAll('a plain ioredis client', () => client);
describeAll('our pool', () => pool);

// What reads numbers from the replies of Redis.
for (const describeNumbers of [describeCache, describeWrites, describeInspection, describePaced]) {
  describeNumbers('an ioredis client that returns numbers as texts', () => textual);
}
