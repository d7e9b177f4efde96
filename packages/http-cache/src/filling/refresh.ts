import { IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import type { Exchange } from '../exchange.ts';

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

/** Whether a request is the cache's own: middleware that counts callers may let it pass. */
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
      // Node gives every socket of an HTTP server its server.
      const { server } = raw.socket as Socket & { readonly server?: Server };
      if (!server) return undefined;
      const [own, response] = createOwnRequest(raw, request.originalUrl);
      const ended = new Promise<void>((resolve) => {
        const limit = setTimeout(resolve, maxWaitMs).unref();
        response.once('close', () => {
          clearTimeout(limit);
          resolve();
        });
      });
      underWay.set(key, ended);
      void ended.then(() => underWay.delete(key));
      server.emit('request', own, response);
      return ended;
    },
    async settle() {
      await Promise.all(underWay.values());
    },
  };
}

/** The same question by a caller without an identity, whose answer goes nowhere. */
function createOwnRequest(raw: IncomingMessage, url: string): [IncomingMessage, ServerResponse] {
  const sink = Object.assign(new PassThrough(), {
    remoteAddress: '127.0.0.1',
    encrypted: 'encrypted' in raw.socket && raw.socket.encrypted === true,
    server: (raw.socket as Socket & { readonly server?: Server }).server,
    setTimeout() {},
  }) as unknown as Socket;
  sink.resume();
  const request = new IncomingMessage(sink);
  request.method = 'GET';
  request.url = url;
  request.httpVersion = raw.httpVersion;
  request.httpVersionMajor = raw.httpVersionMajor;
  request.httpVersionMinor = raw.httpVersionMinor;
  for (const [name, value] of Object.entries(raw.headers)) {
    if (!LEFT_OUT.has(name)) request.headers[name] = value;
  }
  request.rawHeaders = Object.entries(request.headers).flatMap(([name, value]) => [name, String(value)]);
  // It has no body.
  request.push(null);
  request.complete = true;
  Object.assign(request, { [REFRESH]: true });
  const response = new ServerResponse(request);
  response.assignSocket(sink);
  response.once('finish', () => {
    response.detachSocket(sink);
    sink.destroy();
    response.emit('close');
  });
  return [request, response];
}
