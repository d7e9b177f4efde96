import { createCache } from '@breakwater/cache';
import { httpCache } from '@breakwater/http-cache/express';
import { Redis } from 'ioredis';
import type { RunCount } from '../../topic.ts';
import { sendBuffer, serveExpress } from './express.ts';
import { BODY, CONTENT_TYPE, PATH } from './quotes.ts';

const QUERIES = Array.from({ length: 100 }, (_, of) => `?of=${of}`);

/** What a handler does that keeps its responses in Redis by hand. */
export async function serveIoredis(handler: RunCount, redisUrl: string): Promise<string> {
  const redis = new Redis(redisUrl);
  for (const query of ['', ...QUERIES]) await redis.set(`raw:${PATH}${query}`, BODY);
  return serveExpress([
    async (request, response) => {
      handler.runs += 1;
      const body = await redis.getBuffer(`raw:${request.originalUrl}`);
      response.setHeader('Content-Type', CONTENT_TYPE);
      response.end(body);
    },
  ]);
}

/** Memory is too small for the response, so every request asks Redis. */
export async function serveBreakwater(handler: RunCount, redisUrl: string): Promise<string> {
  const cache = createCache({ redis: new Redis(redisUrl), memory: { maxSize: '1kb' } });
  const url = await serveExpress([httpCache.route({ ttl: '1h' }), sendBuffer(handler)], httpCache({ cache }));
  for (const query of QUERIES) await fetch(url + PATH + query).then((response) => response.arrayBuffer());
  return url;
}
