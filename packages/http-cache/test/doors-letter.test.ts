import { createCache } from '@breakwater/cache';
import { createManualClock, frameworks } from '@breakwater/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import type { RoutePolicyOptions } from '../src/index.ts';
import { type Reply, send, statusOf } from './http-client.ts';
import { type App, type Call, serveApp } from './small-app.ts';

let app: App;
afterEach(() => app.close());

describe.each(frameworks)('to the letter, on $name', (framework) => {
  const clock = createManualClock();
  let runs = 0;

  /** `/page` is run by `handle`, by its own word or under `policy`; `/other` says what it likes of other pages. */
  async function start(handle: (call: Call) => void, policy?: RoutePolicyOptions<never>): Promise<void> {
    runs = 0;
    const counted = (call: Call) => {
      runs += 1;
      handle(call);
    };
    app = await serveApp(framework, {
      cache: createCache({ clock }),
      options: { clock },
      routes: [
        { path: '/page', handle: counted, ...(policy && { policy }) },
        {
          path: '/other',
          handle(call) {
            call.header('Cache-Group-Invalidation', '"pages"');
            call.text('other');
          },
        },
      ],
    });
  }

  async function ask(headers = {}, { path = '/page', method = 'GET' } = {}): Promise<Reply> {
    const reply = await send(`${app.url}${path}`, { headers, method });
    await app.httpCache.close();
    return reply;
  }

  const isHit = (reply: Reply) => statusOf(reply).startsWith('breakwater; hit');

  it('a 304 and a part say what a whole answer would say of its representation', async () => {
    const metadata = {
      'cache-control': 'public, max-age=60',
      'content-location': '/page.en',
      etag: '"one"',
      expires: new Date(clock.now() + 60_000).toUTCString(),
      vary: 'Accept-Language',
    };
    await start((call) => {
      for (const [name, value] of Object.entries(metadata)) call.header(name, value);
      call.header('Last-Modified', 'Sun, 06 Nov 1994 08:49:37 GMT');
      call.header('X-Own', '1');
      call.text('0123456789');
    });
    await ask();
    const whole = await ask();
    const unchanged = await ask({ 'if-none-match': '"one"' });
    const part = await ask({ range: 'bytes=0-1' });
    expect([whole.status, unchanged.status, part.status, runs]).toEqual([200, 304, 206, 1]);
    for (const { headers } of [whole, unchanged, part]) {
      expect(headers).toMatchObject({ ...metadata, date: whole.headers.date });
    }
    expect(unchanged.headers).not.toHaveProperty('content-type');
    expect(unchanged.headers).not.toHaveProperty('last-modified');
    const { 'content-type': type, 'last-modified': modified, 'x-own': own } = whole.headers;
    expect(part.headers).toMatchObject({ 'content-type': type, 'last-modified': modified, 'x-own': own });
  });

  it('of no other answer than a 200 is there a 304, or a part', async () => {
    await start(
      (call) => {
        call.status(404);
        call.header('ETag', '"one"');
        call.text('nothing here');
      },
      { ttl: '5s', statuses: { 404: '5s' } },
    );
    await ask();
    for (const headers of [{ 'if-none-match': '"one"' }, { 'if-none-match': '*' }, { range: 'bytes=0-1' }]) {
      const reply = await ask(headers);
      expect([reply.status, reply.text, isHit(reply)]).toEqual([404, 'nothing here', true]);
    }
  });

  it('a Range of a HEAD is passed over, and so is an If-Range without a Range', async () => {
    await start(
      (call) => {
        call.header('ETag', '"one"');
        call.text('0123456789');
      },
      { ttl: '5s' },
    );
    await ask();
    const head = await ask({ range: 'bytes=0-1' }, { method: 'HEAD' });
    expect([head.status, head.headers['content-length'], isHit(head)]).toEqual([200, '10', true]);
    for (const ifRange of ['"one"', '"two"']) {
      const reply = await ask({ 'if-range': ifRange });
      expect([reply.status, reply.text, isHit(reply)]).toEqual([200, '0123456789', true]);
    }
  });

  it('a response that leaves its Vary out is not sent to those who choose otherwise', async () => {
    await start((call) => {
      const language = call.headers['accept-language'];
      call.header('Cache-Control', 'public, max-age=60');
      if (language !== undefined) call.header('Vary', 'Accept-Language');
      call.text(`${language ?? 'default'}`);
    });
    expect((await ask({ 'accept-language': 'de' })).text).toBe('de');
    expect((await ask()).text).toBe('default');
    expect((await ask({ 'accept-language': 'fr' })).text).toBe('fr');
    const again = [await ask(), await ask({ 'accept-language': 'de' }), await ask({ 'accept-language': 'fr' })];
    expect(again.map(({ text }) => text)).toEqual(['default', 'de', 'fr']);
    expect(again.every(isHit)).toBe(true);
  });

  it('who asks by a tag of his own is sent the whole of what a 304 has made fresh', async () => {
    const asked: unknown[] = [];
    await start((call) => {
      asked.push(call.headers['if-none-match']);
      const response = call.raw();
      response.setHeader('Cache-Control', 'public, max-age=5');
      response.setHeader('ETag', '"one"');
      response.statusCode = call.headers['if-none-match'] === '"one"' ? 304 : 200;
      response.end(response.statusCode === 200 ? 'page' : undefined);
    });
    await ask();
    clock.advance(6000);
    const other = await ask({ 'if-none-match': '"old"' });
    expect([other.status, other.text]).toEqual([200, 'page']);
    clock.advance(6000);
    const same = await ask({ 'if-none-match': '"one"' });
    expect([same.status, same.text]).toEqual([304, '']);
    expect(asked).toEqual([undefined, '"one"', '"one"']);
  });

  it('a response that says no Date is given that of its making, which no hit changes', async () => {
    await start((call) => call.text('page'), { ttl: '60s' });
    const made = new Date(clock.now()).toUTCString();
    await ask();
    clock.advance(30_000);
    const hit = await ask();
    expect([hit.headers.date, hit.headers.age, isHit(hit)]).toEqual([made, '30', true]);
  });

  it('what is said to other caches is sent on as it was said', async () => {
    const said = {
      'cache-control': 'public, max-age=60, immutable, no-transform, x-extension="a, b"',
      'cdn-cache-control': 'no-store',
      'breakwater-cache-control': 'max-age=90',
    };
    await start((call) => {
      for (const [name, value] of Object.entries(said)) call.header(name, value);
      call.text('page');
    });
    const [miss, hit] = [await ask(), await ask()];
    expect(miss.headers).toMatchObject(said);
    expect(hit.headers).toMatchObject(said);
    expect(statusOf(hit)).toBe('breakwater; hit; ttl=90; detail=memory');
  });

  it('a safe method removes no groups', async () => {
    await start(
      (call) => {
        call.header('Cache-Groups', '"pages"');
        call.text('page');
      },
      { ttl: '60s' },
    );
    await ask();
    expect((await ask({}, { path: '/other' })).text).toBe('other');
    expect(isHit(await ask())).toBe(true);
  });
});
