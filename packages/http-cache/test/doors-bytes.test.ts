import { frameworks } from '@breakwater/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { send, statusOf } from './http-client.ts';
import { type App, type AppSettings, serveApp } from './small-app.ts';

let app: App;
afterEach(() => app.close());

const bytesOf = (length: number) => Buffer.from(Array.from({ length }, (_, place) => place % 256));

describe.each(frameworks)('the bytes of a hit, on $name', (framework) => {
  async function hit(length: number, settings: Partial<AppSettings> = {}) {
    app = await serveApp(framework, {
      routes: [{ path: '/bytes', policy: { ttl: '5s' }, handle: (call) => void call.raw().end(bytesOf(length)) }],
      ...settings,
    });
    await send(`${app.url}/bytes`);
    await app.httpCache.close();
    await send(`${app.url}/bytes`);
    return send(`${app.url}/bytes`);
  }

  it.each([1, 300, 8192, 8193, 100_000])('are those of the handler, %d of them', async (length) => {
    const reply = await hit(length);
    expect(statusOf(reply)).toContain('hit');
    expect(reply.headers['content-length']).toBe(String(length));
    expect(reply.body.equals(bytesOf(length))).toBe(true);
  });

  it('are handed over as bytes to whoever wrapped the response, who may not mind the encoding of a text', async () => {
    const seen: unknown[] = [];
    const reply = await hit(300, {
      wrap: {
        outside(_headers, response) {
          const { end } = response;
          response.end = function endAndLook(chunk: unknown, ...rest: unknown[]) {
            seen.push(chunk);
            return Reflect.apply(end, response, [chunk, ...rest]);
          } as typeof end;
        },
      },
    });
    expect(statusOf(reply)).toContain('hit');
    expect(seen.at(-1)).toEqual(bytesOf(300));
  });

  it.each([{}, { range: 'bytes=0-9' }])(
    'are those of the handler though somebody wrote into them before, %o',
    async (headers) => {
      let isScribbling = true;
      await hit(300, {
        wrap: {
          outside(_headers, response) {
            const { end } = response;
            response.end = function endAndScribble(chunk: unknown, ...rest: unknown[]) {
              if (isScribbling && Buffer.isBuffer(chunk)) chunk.fill(0);
              return Reflect.apply(end, response, [chunk, ...rest]);
            } as typeof end;
          },
        },
      });
      expect((await send(`${app.url}/bytes`, { headers })).body.every((byte) => byte === 0)).toBe(true);
      isScribbling = false;
      const reply = await send(`${app.url}/bytes`);
      expect(statusOf(reply)).toContain('hit');
      expect(reply.body.equals(bytesOf(300))).toBe(true);
    },
  );
});
