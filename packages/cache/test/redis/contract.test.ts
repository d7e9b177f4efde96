import { createRedisPool, type RedisPool } from '@breakwater/redis-pool';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
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

it('nothing that all of that has left in Redis is without a ttl, and nobody looked for keys with KEYS', async () => {
  expect(await client.info('commandstats')).not.toContain('cmdstat_keys');
  const keys = await client.keys('*');
  const ttls = (await client.pipeline(keys.map((key) => ['pttl', key])).exec()) ?? [];
  // -1 is that of a key without one, -2 that of one which has just left.
  expect(keys.filter((_, index) => ttls[index]?.[1] === -1)).toEqual([]);
  const kinds = keys.map((key) => key.split(':')[3]);
  expect(kinds).toEqual(expect.arrayContaining(['entry', 'tombstone', 'tag', 'tag-log', 'sweep', 'bus']));
});
