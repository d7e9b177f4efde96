import type { CallCase, CallTopic } from '../../topic.ts';
import type { Writer } from './clients.ts';
import { createKeyTurn, QUOTE } from './values.ts';

type Clients = typeof import('./clients.ts');

function writing(name: string, about: string, connect: (clients: Clients, url: string) => Promise<Writer>): CallCase {
  return {
    name,
    about,
    async prepare(redisUrl) {
      const writer = await connect(await import('./clients.ts'), redisUrl);
      const nextKey = createKeyTurn();
      return () => writer.set(nextKey(), { ...QUOTE });
    },
  };
}

export const writes: CallTopic = {
  name: 'cache/set',
  question: 'What does a write to both tiers that others hear of cost, 50 at a time?',
  reference: 'lru-and-ioredis',
  measures: 'calls',
  needsRedis: true,
  concurrency: 50,
  cases: [
    writing('lru-and-ioredis', 'lru-cache and SET PX: nobody hears of it', (clients, url) => clients.writeIoredis(url)),
    writing('ours', 'cache.set: both tiers and the bus', (clients, url) => clients.writeOurs(url)),
    writing('layered-loader', 'both tiers, no bus', (clients, url) => clients.writeLayeredLoader(url)),
    writing('bentocache', 'both tiers and its bus', (clients, url) => clients.writeBentocache(url)),
  ],
  thresholds: [
    {
      case: 'ours',
      against: 'lru-and-ioredis',
      atLeast: 0.9,
      because: 'the writes of one turn share their script calls, and Redis works while the next are made',
    },
  ],
};
