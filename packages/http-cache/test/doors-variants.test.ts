import { frameworks } from '@breakwater/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { send, statusOf } from './http-client.ts';
import { type App, type Call, serveApp } from './small-app.ts';

let app: App;
afterEach(() => app.close());

describe.each(frameworks)('variants of what an application offers, on $name', (framework) => {
  let runs = 0;

  async function start(handle: (call: Call) => void): Promise<void> {
    runs = 0;
    const counted = (call: Call) => {
      runs += 1;
      handle(call);
    };
    app = await serveApp(framework, {
      routes: [
        { path: '/page', policy: { ttl: '60s' }, handle: counted },
        { path: '/origin', handle: counted },
        { method: 'POST', path: '/page', handle: counted },
      ],
      options: {
        variants: {
          'Accept-Language': ['en', 'de'],
          'accept-encoding': ['br', 'gzip'],
          'x-device': ['mobile', 'desktop'],
          'user-agent': 'bypass',
        },
      },
    });
  }

  async function ask(path: string, headers: Record<string, string>, method = 'GET') {
    const reply = await send(`${app.url}${path}`, { headers, method });
    await app.httpCache.close();
    return reply;
  }

  it('there is one for each value, whatever clients write', async () => {
    await start((call) => {
      call.header('Vary', 'Accept-Language');
      call.text(`${call.headers['accept-language']} ${runs}`);
    });
    const asked = ['de', 'de-AT, de;q=0.9, en;q=0.5', 'en, de', 'de, en', 'EN;q=0.3', 'fr', 'es, it'];
    const texts: string[] = [];
    for (const language of asked) texts.push((await ask('/page', { 'accept-language': language })).text);
    expect(texts).toEqual(['de 1', 'de 1', 'en 2', 'en 2', 'en 2', 'undefined 3', 'undefined 3']);
    expect((await ask('/page', {})).text).toBe('undefined 3');
  });

  it('every handler sees the value the key is made of, on requests of any method', async () => {
    await start((call) => {
      const { 'accept-encoding': coding, 'x-device': device } = call.headers;
      call.text(`${coding} ${device}`);
    });
    const headers = { 'accept-encoding': 'deflate, gzip;q=0.5', 'x-device': 'mobile' };
    expect((await ask('/page', headers, 'POST')).text).toBe('gzip mobile');
    expect((await ask('/origin', { 'accept-encoding': 'deflate', 'x-device': 'fridge' })).text).toBe(
      'identity undefined',
    );
  });

  it('what varies on a header that is to be passed by is not stored', async () => {
    await start((call) => {
      call.header('Vary', 'User-Agent');
      call.text(String(runs));
    });
    expect(statusOf(await ask('/page', { 'user-agent': 'a' }))).toContain('detail=vary');
    expect((await ask('/page', { 'user-agent': 'a' })).text).toBe('2');
  });
});
