import type { HttpTopic } from '../../topic.ts';
import { BODY, PATH } from './quotes.ts';

export const http: HttpTopic = {
  name: 'http',
  question: 'What is a cached response worth next to a handler that has its bytes ready?',
  reference: 'express',
  measures: 'requests',
  path: PATH,
  body: BODY,
  connections: 64,
  cases: [
    {
      name: 'node:http',
      about: 'the limit: no framework, the same buffer',
      answeredBy: 'handler',
      serve: async (handler) => (await import('./bare-node.ts')).serveBareNode(handler),
    },
    {
      name: 'express',
      about: 'Express 5, res.end(buffer)',
      answeredBy: 'handler',
      serve: async (handler) => (await import('./express.ts')).serveExpressBuffer(handler),
    },
    {
      name: 'express-json',
      about: 'Express 5, res.json(object): what most handlers do',
      answeredBy: 'handler',
      serve: async (handler) => (await import('./express.ts')).serveExpressJson(handler),
    },
    {
      name: 'breakwater-express',
      about: 'our hit in Express 5, memory tier, route policy',
      answeredBy: 'cache',
      serve: async (handler) => (await import('./express.ts')).serveBreakwaterExpress(handler),
    },
    {
      name: 'apicache',
      about: 'the peer: an apicache hit in Express 5',
      answeredBy: 'cache',
      serve: async (handler) => (await import('./express.ts')).serveApicache(handler),
    },
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
      serve: async (handler) => (await import('./fastify.ts')).serveBreakwaterFastify(handler),
    },
  ],
  thresholds: [
    {
      case: 'breakwater-express',
      against: 'express',
      atLeast: 0.6,
      because: 'measured 0.70 [0.63..0.79]; to become 0.95, with a head that is written as it was prepared',
    },
    {
      case: 'breakwater-express',
      against: 'apicache',
      atLeast: 0.85,
      because: 'measured 0.98 [0.86..1.07]; to become 1: correctness must not cost more than its absence',
    },
  ],
};
