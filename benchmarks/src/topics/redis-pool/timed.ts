import type { TimedCase, TimedTopic } from '../../topic.ts';
import type { Client } from './clients.ts';

/** 50 MB a second: about half of what a gigabit link carries. */
const LARGE_EVERY_MS = 100;

type Clients = typeof import('./clients.ts');

function timed(
  name: string,
  about: string,
  connect: (clients: Clients, url: string) => Promise<Client>,
  isReadingLarge: boolean,
): TimedCase {
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

const besideLargeValues = [
  timed('pool-idle', 'the pool, small GETs alone', connectPool, false),
  timed('pool', 'the pool, 5 MB values read on it', connectPool, true),
  timed('ioredis-idle', 'one ioredis connection, small GETs alone', connectIoredis, false),
  timed('ioredis', 'one ioredis connection, 5 MB values read on it', connectIoredis, true),
];

function beside(concurrency: number): TimedTopic {
  return {
    name: `redis-pool/large-values-${concurrency}`,
    question: `What do small values, asked for ${concurrency} at a time, feel of 5 MB values that are read beside them, ten a second?`,
    reference: 'pool-idle',
    measures: 'timed-calls',
    needsRedis: true,
    load: { concurrency },
    cases: besideLargeValues,
    thresholds: [
      {
        case: 'pool',
        against: 'pool-idle',
        figure: 'p99',
        atMost: 3,
        because: 'large answers have a lane of their own, which is read a piece in each turn of the event loop',
      },
    ],
  };
}

export const largeValues: readonly TimedTopic[] = [1, 50, 500].map(beside);

/** Without a threshold: 5 MB keep Redis busy for some milliseconds, and the process that reads them for some more. */
export const largeValuesPaced: TimedTopic = {
  name: 'redis-pool/large-values-paced',
  question: 'And calls that are not held back by their own slow answers, 2,000 a second?',
  reference: 'pool-idle',
  measures: 'timed-calls',
  needsRedis: true,
  load: { callsPerSecond: 2000 },
  cases: besideLargeValues,
  thresholds: [],
};

export const eventLoop: TimedTopic = {
  name: 'redis-pool/event-loop',
  question: 'How long do 70,000 calls a second keep a timer waiting, with the pool and without?',
  reference: 'ioredis',
  measures: 'timed-calls',
  needsRedis: true,
  load: { callsPerSecond: 70_000 },
  cases: [
    timed('ioredis', 'raw ioredis 6, one connection', connectIoredis, false),
    timed(
      'node-redis-bare',
      'node-redis 6, timeout: 0',
      (clients, url) => clients.connectNodeRedis(url, { timeout: 0 }),
      false,
    ),
    timed('opossum', 'ioredis through opossum, timeout 3 s', (clients, url) => clients.connectOpossum(url), false),
    timed('pool', 'ours: 4 lanes, breaker, deadline', connectPool, false),
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
