import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Cache } from '@breakwater/cache';
import { createHttpCache, type HttpCache, type HttpCacheOptions, type RoutePolicyOptions } from '../../src/index.ts';
import { type Policy, resolveRoutePolicy } from '../../src/options/route-policy.ts';

type Asked = readonly [url: string, headers?: Record<string, string>, method?: string];

/** A cache that is asked as a door asks it, without framework and network: so many requests would wait for both. */
export interface FloodedCache {
  readonly httpCache: HttpCache;
  /** Runs of the handler by URL without its query and, `bare`, of those that had none. */
  readonly runs: { all: number; bare: number };
  /** Asks all of these, {@link CONCURRENCY} at a time, and has stored what is to be stored before it asks the next. */
  flood(requests: Iterable<Asked>): Promise<void>;
}

export const CONCURRENCY = 100;

const BODY = Buffer.alloc(2048, 'x');

/** @param policyOptions of the route that is asked; `'none'`: the application is, whose responses say how long they live. */
export function createFloodedCache(
  cache: Cache,
  options: Omit<HttpCacheOptions, 'cache'>,
  policyOptions: Partial<RoutePolicyOptions> | 'none' = {},
  answer = (response: ServerResponse): void => void response.end(BODY),
): FloodedCache {
  const httpCache = createHttpCache({ cache, guard: { mode: 'off' }, ...options });
  const policy: Policy | undefined =
    policyOptions === 'none' ? undefined : resolveRoutePolicy({ ttl: '1h', ...policyOptions });
  const socket = new Socket();
  const runs = { all: 0, bare: 0 };

  function ask([originalUrl, headers = {}, method = 'GET']: Asked): Promise<void> {
    const raw = new IncomingMessage(socket);
    Object.assign(raw, { method, url: originalUrl, headers: { host: 'flooded.example', ...headers } });
    const response: ServerResponse = new ServerResponse(raw);
    const request = { method, originalUrl, headers: raw.headers, protocol: 'http', hostname: 'flooded.example' };
    return new Promise((resolve, reject) => {
      const { end } = response;
      function endAndTell(...rest: unknown[]) {
        resolve();
        return Reflect.apply(end, response, rest);
      }
      // By its name: written as the property's value it would be old from birth.
      Object.assign(response, { end: endAndTell });
      const next = (error?: unknown) => {
        if (error) return reject(error);
        runs.all += 1;
        if (!originalUrl.includes('?')) runs.bare += 1;
        answer(response);
      };
      const exchange = {
        request,
        raw,
        response,
        routedBy: () => [],
        earlierHeaders: () => response.getHeaders(),
        onSend() {},
        claim() {},
        next,
      };
      if (policy) httpCache.enterRoute(exchange, policy, 'page');
      else httpCache.enter(exchange);
    });
  }

  return {
    httpCache,
    runs,
    async flood(requests) {
      let together: Promise<void>[] = [];
      const settle = async () => {
        await Promise.all(together);
        await httpCache.close();
        together = [];
      };
      for (const request of requests) {
        together.push(ask(request));
        if (together.length === CONCURRENCY) await settle();
      }
      await settle();
    },
  };
}
