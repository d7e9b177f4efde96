import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createCache } from '@breakwater/cache';
import { createManualClock, eventually, frameworks } from '@breakwater/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { open, send, statusOf } from './http-client.ts';
import { type App, type AppSettings, type Call, serveApp } from './small-app.ts';

let app: App;
afterEach(() => app.close());

describe.each(frameworks)('responses of every making, on $name', (framework) => {
  let runs = 0;

  async function start(
    handle: (call: Call) => void | Promise<void>,
    settings: Partial<AppSettings> = {},
  ): Promise<string> {
    runs = 0;
    const counted = (call: Call) => {
      runs += 1;
      return handle(call);
    };
    app = await serveApp(framework, {
      routes: [{ path: '/page', policy: { ttl: '5s' }, handle: counted }],
      ...settings,
    });
    return `${app.url}/page`;
  }

  async function ask(url: string) {
    const reply = await send(url);
    await app.httpCache.close();
    return reply;
  }

  const outcomes = () => app.httpCache.stats().policies['/page'];

  const makings: [string, (call: Call) => void][] = [
    ['a value', (call) => call.json({ price: 1, text: 'ä€😀' })],
    ['text', (call) => call.text('ä€😀')],
    [
      'a stream that the framework pipes',
      (call) => call.stream(Readable.from([Buffer.from('one'), Buffer.from('two')])),
    ],
    ['a pipe', (call) => void Readable.from(['one', 'two']).pipe(call.raw())],
    ['a pipeline', (call) => void pipeline(Readable.from(['one', 'two']), call.raw())],
    ['one end', (call) => void call.raw().end('whole')],
    ['an end in another encoding', (call) => void call.raw().end('d2hvbGU=', 'base64')],
    ['an end with nothing', (call) => void call.raw().end()],
    ['an end with a callback', (call) => void call.raw().end(() => {})],
    [
      'writes of every form',
      (call) => {
        const response = call.raw();
        response.writeHead(200, 'Fine', { 'Content-Type': 'text/plain', 'X-Made': 'by hand' });
        response.write('616263', 'hex');
        response.write(new Uint8Array([100, 101]), () => {});
        response.write('f', 'latin1', () => {});
        response.end(Buffer.from('g'), () => {});
      },
    ],
    ['a flat list of headers', (call) => void call.raw().writeHead(200, ['X-Made', 'a', 'X-Made', 'b']).end('list')],
    [
      'an early flush',
      (call) => {
        const response = call.raw();
        response.setHeader('X-Made', 'early');
        response.flushHeaders();
        response.end('late');
      },
    ],
  ];
  it.each(makings)('%s is stored as it was sent', async (_making, make) => {
    const url = await start(make);
    const miss = await ask(url);
    const hit = await ask(url);
    expect(statusOf(miss)).toContain('fwd=uri-miss');
    expect(statusOf(hit)).toContain('hit');
    expect(hit.body).toEqual(miss.body);
    expect(hit.headers['content-length']).toBe(String(miss.body.length));
    for (const name of ['content-type', 'x-made']) expect(hit.headers[name]).toBe(miss.headers[name]);
    expect(hit.headers.etag).toBeDefined();
    expect(runs).toBe(1);
  });

  it('the first byte of a miss arrives while the handler is still writing', async () => {
    let finish = () => {};
    const url = await start((call) => {
      const response = call.raw();
      response.write('first');
      finish = () => response.end('last');
    });
    const response = await open(url);
    const [first] = await response.take(1).toArray();
    expect(String(first)).toBe('first');
    expect(response.complete).toBe(false);
    // Whether it will be stored is not known yet, so nothing is said of it.
    expect(response.headers['cache-status']).toBe('breakwater; fwd=uri-miss');
    finish();
    await eventually(() => outcomes()?.stored === 1);
    expect((await ask(url)).text).toBe('firstlast');
  });

  it('the time a body streams counts as age', async () => {
    const clock = createManualClock();
    let finish = () => {};
    const url = await start(
      (call) => {
        const response = call.raw();
        response.write('slow ');
        finish = () => response.end('body');
      },
      { cache: createCache({ clock }), options: { clock } },
    );
    const response = await open(url);
    clock.advance(3000);
    finish();
    await response.toArray();
    await app.httpCache.close();
    const hit = await ask(url);
    expect(hit.headers.age).toBe('3');
    expect(statusOf(hit)).toBe('breakwater; hit; ttl=2; detail=memory');
  });

  it('a body that grows beyond the cap passes whole and is not stored', async () => {
    const url = await start(
      (call) => {
        const response = call.raw();
        for (let part = 0; part < 20; part += 1) response.write(Buffer.alloc(100, 97));
        response.end();
      },
      { options: { maxBodySize: 1000 } },
    );
    expect((await ask(url)).text).toHaveLength(2000);
    expect(outcomes()?.notStored).toEqual({ 'too-large': 1 });
    expect(statusOf(await ask(url))).toBe('breakwater; fwd=bypass; detail=uncacheable');
  });

  it('a body that is declared or written beyond the cap at once is not stored either', async () => {
    const url = await start((call) => call.raw().end(Buffer.alloc(1001)) && undefined, {
      options: { maxBodySize: 1000 },
    });
    expect((await ask(url)).body).toHaveLength(1001);
    expect(outcomes()?.notStored).toEqual({ 'too-large': 1 });
  });

  it('an event stream passes untouched', async () => {
    let finish = () => {};
    const url = await start((call) => {
      const response = call.raw();
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('data: 1\n\n');
      finish = () => response.end();
    });
    const response = await open(url);
    expect(String(await response.take(1).toArray())).toBe('data: 1\n\n');
    expect(response.headers['cache-status']).toBe('breakwater; fwd=uri-miss; detail=event-stream');
    finish();
  });

  it('a response whose client goes away is not stored', async () => {
    let end = () => {};
    const url = await start((call) => {
      const response = call.raw();
      response.write('half');
      // The handler notices and leaves the rest out.
      end = () => response.end();
      if (runs === 1) response.once('close', end);
      else end();
    });
    const response = await open(url);
    response.destroy();
    await eventually(() => outcomes()?.notStored.aborted === 1);
    const reply = await ask(url);
    expect(reply.text).toBe('half');
    expect(runs).toBe(2);
  });

  it('a stream that breaks is not stored', async () => {
    const url = await start((call) => {
      const source = Readable.from(
        (async function* () {
          yield Buffer.from('half');
          if (runs === 1) throw new Error('the source broke');
        })(),
      );
      pipeline(source, call.raw()).catch(() => {});
    });
    await expect(send(url)).rejects.toThrow();
    await app.httpCache.close();
    expect((await ask(url)).text).toBe('half');
    expect(runs).toBe(2);
    expect(outcomes()?.notStored).toEqual({ aborted: 1 });
  });

  it('a body shorter than its declared length is not stored', async () => {
    const url = await start((call) => {
      const response = call.raw();
      response.setHeader('Content-Length', '10');
      response.end('short');
      response.socket?.destroySoon();
    });
    await expect(send(url)).rejects.toThrow();
    await app.httpCache.close();
    expect(outcomes()?.notStored).toEqual({ length: 1 });
  });

  it('a buffer that the handler writes into afterwards does not change what was stored', async () => {
    const shared = Buffer.from('aaaa');
    const url = await start((call) => {
      call.raw().end(shared);
    });
    await ask(url);
    shared.fill(98);
    expect((await ask(url)).text).toBe('aaaa');
  });

  it('a head that node refuses leaves room for the error’s, which is not stored', async () => {
    const url = await start((call) => {
      const response = call.raw();
      if (runs > 1) {
        response.end('fine');
        return;
      }
      expect(() => response.writeHead(200, 'bad\nreason')).toThrow();
      response.statusCode = 500;
      response.statusMessage = 'Broken';
      response.end('error');
    });
    const broken = await ask(url);
    expect(broken.status).toBe(500);
    expect(broken.headers['cache-control']).toBe('no-store');
    expect(broken.headers['cache-status']).toBeUndefined();
    expect((await ask(url)).text).toBe('fine');
  });
});
