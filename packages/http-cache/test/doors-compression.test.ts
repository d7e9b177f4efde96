import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import {
  brotliCompressSync,
  brotliDecompressSync,
  gunzipSync,
  gzipSync,
  zstdCompressSync,
  zstdDecompressSync,
} from 'node:zlib';
import { frameworks } from '@breakwater/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { type Reply, send, statusOf } from './http-client.ts';
import { type App, serveApp } from './small-app.ts';

let app: App;
afterEach(() => app.close());

/** A compression layer as middleware makes them: it collects what is written, and encodes when the response ends. */
function compress(headers: IncomingHttpHeaders, response: ServerResponse): void {
  const accepted = String(headers['accept-encoding'] ?? '');
  const coding = ['zstd', 'br', 'gzip'].find((name) => accepted.includes(name));
  const { writeHead, write, end } = response;
  const chunks: Buffer[] = [];
  response.writeHead = function writeHeadEncoded(status: number, ...rest: unknown[]) {
    const given = rest.at(-1);
    if (given && typeof given === 'object') {
      for (const [name, value] of Object.entries(given)) response.setHeader(name, value);
    }
    response.appendHeader('Vary', 'Accept-Encoding');
    if (coding && status === 200) {
      response.setHeader('Content-Encoding', coding);
      response.removeHeader('Content-Length');
    }
    return Reflect.apply(writeHead, response, [status]);
  } as ServerResponse['writeHead'];
  response.write = function writeEncoded(chunk: string | Uint8Array, ...rest: unknown[]) {
    if (!coding || response.statusCode !== 200) return Reflect.apply(write, response, [chunk, ...rest]);
    chunks.push(Buffer.from(chunk));
    return true;
  } as ServerResponse['write'];
  response.end = function endEncoded(chunk?: string | Uint8Array | null, ...rest: unknown[]) {
    if (!coding || response.statusCode !== 200) return Reflect.apply(end, response, [chunk, ...rest]);
    if (chunk) chunks.push(Buffer.from(chunk));
    if (!response.headersSent) response.writeHead(response.statusCode);
    Reflect.apply(write, response, [encode(coding, Buffer.concat(chunks))]);
    return Reflect.apply(end, response, []);
  } as ServerResponse['end'];
}

function encode(coding: string, body: Buffer): Buffer {
  if (coding === 'zstd') return zstdCompressSync(body);
  return coding === 'br' ? brotliCompressSync(body) : gzipSync(body);
}

function decoded({ headers, body }: Reply): string {
  const coding = headers['content-encoding'];
  if (coding === 'zstd') return zstdDecompressSync(body).toString();
  if (coding === 'br') return brotliDecompressSync(body).toString();
  return coding === 'gzip' ? gunzipSync(body).toString() : body.toString();
}

describe.each(frameworks)('a compression on $name', (framework) => {
  describe.each(['outside', 'inside'] as const)('%s of the cache', (side) => {
    it('reaches every client in a coding it takes, from few runs of the handler', async () => {
      let runs = 0;
      const text = 'a long text '.repeat(100);
      app = await serveApp(framework, {
        wrap: { [side]: compress },
        routes: [
          {
            path: '/page',
            policy: { ttl: '60s' },
            handle(call) {
              runs += 1;
              call.text(text);
            },
          },
        ],
      });
      const ask = async (accepted: string | undefined) => {
        const headers = accepted === undefined ? {} : { 'accept-encoding': accepted };
        const reply = await send(`${app.url}/page`, { headers });
        await app.httpCache.close();
        return reply;
      };
      for (const [accepted, coding] of [
        ['gzip', 'gzip'],
        ['gzip, br', 'br'],
        ['zstd;q=0.9', 'zstd'],
        ['deflate', undefined],
        [undefined, undefined],
      ] as const) {
        await ask(accepted);
        const hit = await ask(accepted);
        expect(statusOf(hit)).toContain('hit');
        expect(hit.headers['content-encoding']).toBe(coding);
        expect(decoded(hit)).toBe(text);
        expect(String(hit.headers.vary).toLowerCase()).toContain('accept-encoding');
      }
      expect(statusOf(await ask('br, gzip'))).toContain('hit');
      // Outside, one identity serves all; inside, each coding is a variant.
      expect(runs).toBe(side === 'outside' ? 1 : 5);
    });
  });

  it('outside of the cache has no strong tag of the cache’s over bytes it did not see', async () => {
    app = await serveApp(framework, {
      wrap: { outside: compress },
      routes: [{ path: '/page', policy: { ttl: '60s' }, handle: (call) => void call.raw().end('text') }],
    });
    const headers = { 'accept-encoding': 'gzip' };
    const miss = await send(`${app.url}/page`, { headers });
    await app.httpCache.close();
    const hit = await send(`${app.url}/page`, { headers });
    expect(miss.headers.etag).toMatch(/^W\//);
    expect(hit.headers.etag).toBe(miss.headers.etag);
    const unchanged = await send(`${app.url}/page`, {
      headers: { ...headers, 'if-none-match': String(hit.headers.etag) },
    });
    expect(unchanged.status).toBe(304);
  });
});
