import { setTimeout as delay } from 'node:timers/promises';
import { createCache } from '@breakwater/cache';
import { httpCache } from '@breakwater/http-cache/express';
import type { RequestHandler } from 'express';
import type { RunCount } from '../../topic.ts';
import { serveExpress } from './express.ts';
import { QUOTES } from './quotes.ts';

export function serveBare(handler: RunCount, waitMs: number): Promise<string> {
  return serveExpress([sendJson(handler, waitMs)]);
}

export function serveBreakwater(handler: RunCount, waitMs: number): Promise<string> {
  const mount = httpCache({ cache: createCache({ memory: { ttl: '1h' } }) });
  return serveExpress([httpCache.route({ ttl: '1h' }), sendJson(handler, waitMs)], mount);
}

/** A handler that has its data after so long, as from a database, and serialises it. */
function sendJson(handler: RunCount, waitMs: number): RequestHandler {
  return async (_request, response) => {
    handler.runs += 1;
    if (waitMs > 0) await delay(waitMs);
    response.json(QUOTES);
  };
}
