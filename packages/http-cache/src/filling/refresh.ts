import type { IncomingMessage } from 'node:http';
import type { Exchange } from '../exchange.ts';
import { createOwnRequest } from './own-request.ts';

const REFRESH = Symbol('breakwater.http-cache.refresh');

/** Runs a request of nobody's through the whole application, so that its response is stored again. */
export interface Refreshes {
  /**
   * Begins one for this URL, unless one is under way.
   *
   * @returns its end; `undefined` where the application cannot be asked that way at all.
   */
  begin(key: string, exchange: Exchange): Promise<void> | undefined;
  /** Resolves when none is under way. */
  settle(): Promise<void>;
}

/** Whether a request is the cache's own, that makes a stored response anew: middleware that counts callers may let it pass. */
export function isRefresh(raw: IncomingMessage): boolean {
  return REFRESH in raw;
}

/** A visitor's own; and what asks for less than the whole response. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'range',
  'if-range',
  'if-none-match',
  'if-modified-since',
  'cache-control',
  'pragma',
  'content-length',
  'transfer-encoding',
  'expect',
]);

/** @param maxWaitMs one that takes longer is not waited for, nor does it keep another from being begun. */
export function createRefreshes(maxWaitMs: number): Refreshes {
  const underWay = new Map<string, Promise<void>>();

  return {
    begin(key, { raw, request }) {
      const known = underWay.get(key);
      if (known) return known;
      const headers = Object.fromEntries(Object.entries(raw.headers).filter(([name]) => !LEFT_OUT.has(name)));
      const own = createOwnRequest({ like: raw, url: request.originalUrl, headers, mark: { [REFRESH]: true } });
      if (!own) return undefined;
      const ended = new Promise<void>((resolve) => {
        const limit = setTimeout(resolve, maxWaitMs).unref();
        void own.ended.then(() => {
          clearTimeout(limit);
          resolve();
        });
      });
      underWay.set(key, ended);
      void ended.then(() => underWay.delete(key));
      own.send();
      return ended;
    },
    async settle() {
      await Promise.all(underWay.values());
    },
  };
}
