import type { HttpTopic } from '../../topic.ts';
import { BODY, PATH } from './quotes.ts';

type Servers = typeof import('./express-misses.ts');

const load = { measures: 'requests', path: PATH, urls: 'own', body: BODY, connections: 64 } as const;

const casesOf = (waitMs: number): HttpTopic['cases'] =>
  [
    { name: 'express', about: 'without the middleware', serverOf: (servers: Servers) => servers.serveBare },
    {
      name: 'breakwater-miss',
      about: 'with it, every URL new to it',
      cacheStatus: /^breakwater; hit; /,
      serverOf: (servers: Servers) => servers.serveBreakwater,
    },
  ].map(({ serverOf, ...facts }) => ({
    ...facts,
    answeredBy: 'handler',
    serve: async (handler) => serverOf(await import('./express-misses.ts'))(handler, waitMs),
  }));

/** Verified on one URL, whose third answer is a hit; then every request is a miss that is stored. */
export const miss: HttpTopic = {
  ...load,
  name: 'http/miss',
  question:
    'How much longer does a miss take than the same route without the cache, whose handler waits 10 ms for its data?',
  reference: 'express',
  cases: casesOf(10),
  thresholds: [
    {
      case: 'breakwater-miss',
      against: 'express',
      figure: 'p50',
      atMost: 1.05,
      because: 'who fills the cache may not feel it',
    },
  ],
};

export const missCost: HttpTopic = {
  ...load,
  name: 'http/miss-cost',
  question:
    'How much CPU does a miss take beside a handler that waits for nothing? (By CPU; nobody caches such a handler.)',
  reference: 'express',
  cases: casesOf(0),
  thresholds: [],
};
