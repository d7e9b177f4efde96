import { createRedisPool, type RedisPool } from '@breakwater/redis-pool';
import { type RedisServer, startRedis } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll } from 'vitest';
import { describeCache } from '../cache-contract.ts';
import { describeMany } from '../many-contract.ts';

let server: RedisServer;
let client: Redis;
let pool: RedisPool;

beforeAll(async () => {
  server = await startRedis();
  client = new Redis(server.url);
  pool = createRedisPool({ url: server.url });
});

afterAll(async () => {
  client.disconnect();
  await pool.close();
  await server.stop();
});

describeCache('a plain ioredis client', () => client);
describeCache('our pool', () => pool);
describeMany('a plain ioredis client', () => client);
describeMany('our pool', () => pool);
