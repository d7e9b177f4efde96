import type { CallCase, CallTopic, Threshold } from '../../topic.ts';
import type { Client } from './clients.ts';

type Clients = typeof import('./clients.ts');

function getting(name: string, about: string, connect: (clients: Clients, url: string) => Promise<Client>): CallCase {
  return {
    name,
    about,
    async prepare(redisUrl) {
      const clients = await import('./clients.ts');
      const client = await connect(clients, redisUrl);
      return () => client.get(clients.KEY);
    },
  };
}

const cases: readonly CallCase[] = [
  getting('ioredis', 'raw ioredis 6, one connection', (clients, url) => clients.connectIoredis(url)),
  getting('ioredis-timeout', 'ioredis with commandTimeout 1 s', (clients, url) =>
    clients.connectIoredis(url, { commandTimeout: 1000 }),
  ),
  getting('opossum', 'ioredis through opossum, timeout 3 s', (clients, url) => clients.connectOpossum(url)),
  getting('node-redis', 'node-redis 6, its default', (clients, url) => clients.connectNodeRedis(url)),
  getting('node-redis-bare', 'node-redis 6, timeout: 0', (clients, url) =>
    clients.connectNodeRedis(url, { timeout: 0 }),
  ),
  getting('pool', 'ours: 4 lanes, breaker, deadline', (clients, url) => clients.connectPool(url)),
];

function throughputAt(concurrency: number, threshold: Pick<Threshold, 'atLeast' | 'because'>): CallTopic {
  return {
    name: `redis-pool/${concurrency}`,
    question: `What does a GET of 200 bytes cost through the pool, ${concurrency} at a time?`,
    reference: 'ioredis',
    measures: 'calls',
    needsRedis: true,
    concurrency,
    cases,
    thresholds: [{ case: 'pool', against: 'ioredis', ...threshold } as Threshold],
  };
}

export const throughput: readonly CallTopic[] = [
  throughputAt(1, { atLeast: 0.95, because: 'a deadline and a breaker may not be felt by a lone command' }),
  throughputAt(50, {
    atLeast: 1.3,
    because: 'one socket write a tick and lane, where ioredis writes once per command',
  }),
  throughputAt(500, { atLeast: 2, because: 'the more commands a tick, the more one write saves' }),
];
