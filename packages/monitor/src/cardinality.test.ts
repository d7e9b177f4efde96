import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { createCache } from '@breakwater/cache';
import { httpCache } from '@breakwater/http-cache/express';
import { createRateLimiter } from '@breakwater/rate-limit';
import express from 'express';
import { expect, it } from 'vitest';
import { type Exposition, parseExposition } from '../test/exposition.ts';
import { createMonitor, type Monitor } from './monitor.ts';

const MANY = 100_000;
/** As many are remembered, of keys as of callers: all others come after that. */
const REMEMBERED = 1000;
const name = 'default';

/** The application's answer to a GET, without a network: so many requests take seconds. */
function createApplication(responses: ReturnType<typeof httpCache>) {
  const socket = new Socket();
  let answered: () => void;
  const app = express();
  app.use(responses);
  app.get('/price/:pair', httpCache.route({ ttl: '1m' }), (_request, response) => {
    response.json({ price: 1 });
    answered();
  });
  return (url: string) =>
    new Promise<void>((resolve) => {
      answered = resolve;
      const request = Object.assign(new IncomingMessage(socket), { method: 'GET', url, headers: { host: 'here' } });
      app(request, new ServerResponse(request));
    });
}

async function read(monitor: Monitor): Promise<Exposition> {
  return parseExposition(await monitor.registry.metrics());
}

function seriesOf({ series }: Exposition): string[] {
  return series.map((one) => `${one.name} ${JSON.stringify(one.labels)}`);
}

it('a hundred thousand keys, URLs and callers leave the number of series unchanged', { timeout: 300_000 }, async () => {
  const cache = createCache({ memory: { maxEntries: REMEMBERED }, policies: { market: { ttl: '1m' } } });
  const responses = httpCache({ cache });
  const get = createApplication(responses);
  const limiter = createRateLimiter({ plans: { anonymous: '60/min' }, memory: { maxKeys: REMEMBERED } });
  const monitor = createMonitor({ cache, httpCache: responses, limiter, authorize: () => true });

  async function use(index: number): Promise<void> {
    await cache.getOrLoad(`key:${index}`, () => index, { policy: 'market', tags: [`tag:${index}`] });
    const address = `2001:db8:${(index >> 16).toString(16)}:${(index & 0xffff).toString(16)}::1`;
    await limiter.check({ request: {}, method: 'GET', target: '/', headers: {}, address, protocol: 'http' });
    await get(`/price/${index}?user=${index}`);
  }

  await use(0);
  const before = await read(monitor);
  for (let index = 1; index < MANY; index += 1) await use(index);
  // The last response may still be on its way into the cache.
  await responses.close();
  const after = await read(monitor);

  expect(seriesOf(after)).toEqual(seriesOf(before));
  expect(after.value('breakwater_cache_loads_total', { name, policy: 'market' })).toBe(MANY);
  const allowed = { name, plan: 'anonymous', decision: 'allowed' };
  expect(after.value('breakwater_rate_limit_decisions_total', allowed)).toBe(MANY);
  const stored = { name, policy: '/price/:pair', outcome: 'stored' };
  expect(after.value('breakwater_http_cache_requests_total', stored)).toBe(MANY);
  await cache.close();
});
