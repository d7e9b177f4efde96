import type { CallCase, CallTopic, Threshold } from '../../topic.ts';
import type { Client } from './clients.ts';
import { CANDLES, createKeyTurn, KEYS, QUOTE } from './values.ts';

type Clients = typeof import('./clients.ts');
type Connect = (clients: Clients) => (url: string, value: unknown) => Promise<Client>;

const CLIENTS: readonly { readonly name: string; readonly about: string; readonly connect: Connect }[] = [
  { name: 'ioredis', about: 'raw ioredis 6 and JSON.parse', connect: ({ readIoredis }) => readIoredis },
  { name: 'ours', about: 'the cache on an ioredis client', connect: ({ readOurs }) => readOurs },
  { name: 'ours-pool', about: 'the cache on our pool', connect: ({ readOursOnPool }) => readOursOnPool },
  { name: 'layered-loader', about: 'its RedisCache', connect: ({ readLayeredLoader }) => readLayeredLoader },
  { name: 'bentocache', about: 'both tiers and bus', connect: ({ readBentocache }) => readBentocache },
];

const AGAINST = { case: 'ours', against: 'ioredis' } as const;

function casesOf(value: unknown, callOf: (client: Client) => () => unknown): readonly CallCase[] {
  return CLIENTS.map(({ name, about, connect }) => ({
    name,
    about,
    async prepare(redisUrl) {
      return callOf(await connect(await import('./clients.ts'))(redisUrl, value));
    },
  }));
}

function hits(
  size: '200b' | '2kb',
  concurrency: number,
  threshold: Pick<Threshold, 'because'> & { readonly atLeast: number },
): CallTopic {
  return {
    name: `cache/redis-${size}-${concurrency}`,
    question: `What does a Redis hit of ${size} cost, ${concurrency} at a time, over GET and JSON.parse?`,
    reference: 'ioredis',
    measures: 'calls',
    needsRedis: true,
    concurrency,
    cases: casesOf(size === '2kb' ? CANDLES : QUOTE, (client) => {
      const nextKey = createKeyTurn();
      return () => client.get(nextKey());
    }),
    thresholds: [{ ...AGAINST, ...threshold }],
  };
}

const gathered = 'what is read in one turn leaves as one MGET';

export const redisHits: readonly CallTopic[] = [
  hits('200b', 1, { atLeast: 0.95, because: 'frame, generations and memory may not be felt by a lone read' }),
  hits('200b', 50, { atLeast: 1.8, because: gathered }),
  hits('200b', 500, { atLeast: 3, because: gathered }),
  hits('2kb', 50, { atLeast: 1.8, because: `${gathered}, and decoding is cheap` }),
  hits('2kb', 500, { atLeast: 2, because: `${gathered}, and decoding is cheap` }),
];

export const getMany: CallTopic = {
  name: 'cache/get-many',
  question: 'What do 100 Redis hits of 2 KB in one call cost over MGET and JSON.parse?',
  reference: 'ioredis',
  measures: 'calls',
  needsRedis: true,
  concurrency: 1,
  cases: casesOf(CANDLES, (client) => {
    const pages = [KEYS.slice(0, 100), KEYS.slice(100, 200)] as const;
    let turn = 0;
    return () => {
      turn = 1 - turn;
      return client.getMany(pages[turn] as readonly string[]);
    };
  }),
  thresholds: [{ ...AGAINST, atLeast: 1.2, because: 'decoding is what costs, and ours is the faster one' }],
};
