import type { PacedCase, PacedTopic } from '../../topic.ts';
import type { Client } from './clients.ts';

/** 50 MB a second: about half of what a gigabit link carries. */
const LARGE_EVERY_MS = 100;

type Clients = typeof import('./clients.ts');

function paced(
  name: string,
  about: string,
  connect: (clients: Clients, url: string) => Promise<Client>,
  isReadingLarge: boolean,
): PacedCase {
  return {
    name,
    about,
    async prepare(redisUrl) {
      const clients = await import('./clients.ts');
      const client = await connect(clients, redisUrl);
      return {
        call: () => client.get(clients.KEY),
        ...(isReadingLarge && { beside: { act: () => client.get(clients.LARGE_KEY), everyMs: LARGE_EVERY_MS } }),
      };
    },
  };
}

const connectPool = (clients: Clients, url: string) => clients.connectPool(url);
const connectIoredis = (clients: Clients, url: string) => clients.connectIoredis(url);

export const largeValues: PacedTopic = {
  name: 'redis-pool/large-values',
  question: 'What do small commands feel of 5 MB values that are read beside them, ten a second?',
  reference: 'pool-idle',
  measures: 'paced-calls',
  needsRedis: true,
  callsPerSecond: 2000,
  cases: [
    paced('pool-idle', 'the pool, small GETs alone', connectPool, false),
    paced('pool', 'the pool, 5 MB values read on it', connectPool, true),
    paced('ioredis-idle', 'one ioredis connection, small GETs alone', connectIoredis, false),
    paced('ioredis', 'one ioredis connection, 5 MB values read on it', connectIoredis, true),
  ],
  thresholds: [
    {
      case: 'pool',
      against: 'pool-idle',
      figure: 'p99',
      atMost: 3,
      because: 'large replies travel on a lane of their own',
    },
  ],
};

export const eventLoop: PacedTopic = {
  name: 'redis-pool/event-loop',
  question: 'How long do 70,000 calls a second keep a timer waiting, with the pool and without?',
  reference: 'ioredis',
  measures: 'paced-calls',
  needsRedis: true,
  callsPerSecond: 70_000,
  cases: [
    paced('ioredis', 'raw ioredis 6, one connection', connectIoredis, false),
    paced(
      'node-redis-bare',
      'node-redis 6, timeout: 0',
      (clients, url) => clients.connectNodeRedis(url, { timeout: 0 }),
      false,
    ),
    paced('opossum', 'ioredis through opossum, timeout 3 s', (clients, url) => clients.connectOpossum(url), false),
    paced('pool', 'ours: 4 lanes, breaker, deadline', connectPool, false),
  ],
  thresholds: [
    {
      case: 'pool',
      against: 'ioredis',
      figure: 'loop-delay',
      atMost: 1.5,
      because: 'nothing the pool does per command may add up to a pause',
    },
  ],
};
