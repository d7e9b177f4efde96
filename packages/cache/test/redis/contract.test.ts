import { createRedisPool, type RedisPool } from '@breakwater/redis-pool';
import { type RedisServer, startRedis } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll } from 'vitest';
import { describeCache } from '../cache-contract.ts';
import { describeContext } from '../context-contract.ts';
import { describeExpire } from '../expire-contract.ts';
import { describeFailing } from '../failing-contract.ts';
import { describeInspection } from '../inspection-contract.ts';
import { PATIENT } from '../instances.ts';
import { describeInvalidation } from '../invalidation-contract.ts';
import { describeLoading } from '../loading-contract.ts';
import { describeMany } from '../many-contract.ts';
import { describeMemoryPolicies } from '../memory-policy-contract.ts';
import { describeModes } from '../mode-contract.ts';
import { describeSource } from '../source-contract.ts';
import { describeStale } from '../stale-contract.ts';
import { describeWrites } from '../write-contract.ts';

let server: RedisServer;
let client: Redis;
let textual: Redis;
let pool: RedisPool;

beforeAll(async () => {
  server = await startRedis();
  client = new Redis(server.url);
  textual = new Redis(server.url, { stringNumbers: true });
  pool = createRedisPool({ url: server.url, deadlineMs: PATIENT });
});

afterAll(async () => {
  client.disconnect();
  textual.disconnect();
  await pool.close();
  await server.stop();
});

describeCache('a plain ioredis client', () => client);
describeCache('an ioredis client that returns numbers as texts', () => textual);
describeCache('our pool', () => pool);
describeContext('a plain ioredis client', () => client);
describeContext('our pool', () => pool);
describeFailing('a plain ioredis client', () => client);
describeFailing('our pool', () => pool);
describeLoading('a plain ioredis client', () => client);
describeLoading('our pool', () => pool);
describeMany('a plain ioredis client', () => client);
describeMany('our pool', () => pool);
describeSource('a plain ioredis client', () => client);
describeSource('our pool', () => pool);
describeModes('a plain ioredis client', () => client);
describeModes('our pool', () => pool);
describeStale('a plain ioredis client', () => client);
describeStale('our pool', () => pool);
describeExpire('a plain ioredis client', () => client);
describeExpire('our pool', () => pool);
describeWrites('a plain ioredis client', () => client);
describeWrites('an ioredis client that returns numbers as texts', () => textual);
describeWrites('our pool', () => pool);
describeMemoryPolicies('a plain ioredis client', () => client);
describeInvalidation('a plain ioredis client', () => client);
describeInvalidation('our pool', () => pool);
describeInspection('a plain ioredis client', () => client);
describeInspection('an ioredis client that returns numbers as texts', () => textual);
describeInspection('our pool', () => pool);
