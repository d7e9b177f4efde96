import { type RedisServer, startRedis } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll } from 'vitest';
import { describePurges } from '../purge-table.ts';

let server: RedisServer;
const clients: Redis[] = [];
beforeAll(async () => {
  server = await startRedis();
});
afterAll(async () => {
  for (const client of clients) client.disconnect();
  await server.stop();
});

describePurges('Redis, by one of two instances', async () => {
  const client = new Redis(server.url);
  clients.push(client);
  return client;
});
