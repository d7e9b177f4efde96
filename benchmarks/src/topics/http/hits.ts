import type { HttpCase, HttpTopic } from '../../topic.ts';
import { BODY, PATH } from './quotes.ts';

const FROM_MEMORY = /^breakwater; hit; .*detail=memory$/;

const load = { measures: 'requests', path: PATH, body: BODY, connections: 64 } as const;

const bareNode: HttpCase = {
  name: 'node:http',
  about: 'the limit: no framework, the same buffer',
  answeredBy: 'handler',
  serve: async (handler) => (await import('./bare-node.ts')).serveBareNode(handler),
};

const apicache: HttpCase = {
  name: 'apicache',
  about: 'the peer: an apicache hit in Express 5',
  answeredBy: 'cache',
  serve: async (handler) => (await import('./express.ts')).serveApicache(handler),
};

export const frontHit: HttpTopic = {
  ...load,
  name: 'http/front',
  question: 'What does a hit in front of the application cost next to node:http that sends the same buffer?',
  reference: 'node:http',
  cases: [
    bareNode,
    {
      name: 'breakwater-front',
      about: 'httpCache.front(app), memory tier',
      answeredBy: 'cache',
      cacheStatus: FROM_MEMORY,
      serve: async (handler) => (await import('./express.ts')).serveBreakwaterFront(handler),
    },
    {
      name: 'nginx',
      about: 'nginx proxy_cache in front of node:http, one process',
      answeredBy: 'cache',
      missing: async () => (await import('./nginx.ts')).whyNoNginx(),
      serve: async (handler) => (await import('./nginx.ts')).serveNginx(handler),
    },
    apicache,
  ],
  thresholds: [
    {
      case: 'breakwater-front',
      against: 'node:http',
      atLeast: 1,
      because: 'what stands in front of everything may not be slower than nothing at all',
    },
  ],
};

export const expressHit: HttpTopic = {
  ...load,
  name: 'http/express',
  question: 'What does a hit in Express 5 cost next to a handler that has its bytes ready?',
  reference: 'express',
  cases: [
    {
      name: 'express',
      about: 'Express 5, res.end(buffer)',
      answeredBy: 'handler',
      serve: async (handler) => (await import('./express.ts')).serveExpressBuffer(handler),
    },
    {
      name: 'breakwater-express',
      about: 'our hit in Express 5, memory tier, route policy',
      answeredBy: 'cache',
      cacheStatus: FROM_MEMORY,
      serve: async (handler) => (await import('./express.ts')).serveBreakwaterExpress(handler),
    },
    apicache,
    {
      name: 'express-json',
      about: 'Express 5, res.json(object): what most handlers do',
      answeredBy: 'handler',
      serve: async (handler) => (await import('./express.ts')).serveExpressJson(handler),
    },
  ],
  thresholds: [
    {
      case: 'breakwater-express',
      against: 'express',
      atLeast: 0.95,
      because: 'a cache is to pay from the first handler that does anything',
    },
    {
      case: 'breakwater-express',
      against: 'apicache',
      atLeast: 1,
      because: 'correctness may not cost more than its absence',
    },
  ],
};

export const fastifyHit: HttpTopic = {
  ...load,
  name: 'http/fastify',
  question: 'What does a hit in Fastify 5 cost next to a handler that has its bytes ready?',
  reference: 'fastify',
  cases: [
    {
      name: 'fastify',
      about: 'Fastify 5, reply.send(buffer)',
      answeredBy: 'handler',
      serve: async (handler) => (await import('./fastify.ts')).serveFastifyBuffer(handler),
    },
    {
      name: 'breakwater-fastify',
      about: 'our hit in Fastify 5, memory tier, route policy',
      answeredBy: 'cache',
      cacheStatus: FROM_MEMORY,
      serve: async (handler) => (await import('./fastify.ts')).serveBreakwaterFastify(handler),
    },
  ],
  thresholds: [
    {
      case: 'breakwater-fastify',
      against: 'fastify',
      atLeast: 0.9,
      because: 'Fastify has less to save than Express, and a hit says more of itself than a buffer',
    },
  ],
};

export const redisHit: HttpTopic = {
  ...load,
  // Reads of one key in one turn are one read; visitors of a site do not all ask for the same page.
  urls: 'hundred',
  name: 'http/redis',
  question: 'What does a hit in Express 5 from Redis cost next to a handler that gets its bytes from there?',
  reference: 'express-ioredis',
  needsRedis: true,
  cases: [
    {
      name: 'express-ioredis',
      about: 'Express 5, ioredis getBuffer, res.end',
      answeredBy: 'handler',
      serve: async (handler, redisUrl) => (await import('./express-redis.ts')).serveIoredis(handler, redisUrl),
    },
    {
      name: 'breakwater-redis',
      about: 'our hit in Express 5, which memory has no room for',
      answeredBy: 'cache',
      cacheStatus: /^breakwater; hit; .*detail=redis$/,
      serve: async (handler, redisUrl) => (await import('./express-redis.ts')).serveBreakwater(handler, redisUrl),
    },
  ],
  thresholds: [
    {
      case: 'breakwater-redis',
      against: 'express-ioredis',
      atLeast: 0.95,
      because: 'reads of one turn leave as one MGET, which pays for what is verified of each',
    },
  ],
};
