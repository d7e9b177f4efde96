import { frameworks } from '@breakwater/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpCacheOptions } from '../src/index.ts';
import { send, statusOf } from './http-client.ts';
import { type App, type Call, serveApp } from './small-app.ts';

let app: App;
afterEach(() => app.close());

describe.each(frameworks)('removing what is stored, on $name', (framework) => {
  let runs = 0;

  async function start(answer: (call: Call) => void = () => {}, options: Omit<HttpCacheOptions<never>, 'cache'> = {}) {
    runs = 0;
    const handle = (call: Call) => {
      runs += 1;
      answer(call);
      call.text(`run ${runs}`);
    };
    const policy = { ttl: '1m' as const, name: 'items' };
    app = await serveApp(framework, {
      options,
      routes: [
        { path: '/items/one', policy, handle },
        { path: '/items/two', policy, handle },
        { path: '/other', policy: { ttl: '1m' }, handle },
        {
          method: 'POST',
          path: '/change',
          handle(call) {
            call.header('Cache-Group-Invalidation', '"items"');
            call.text('changed');
          },
        },
      ],
    });
  }

  async function ask(path: string, headers: Record<string, string> = {}, method = 'GET') {
    const reply = await send(app.url + path, { headers, method });
    await app.httpCache.close();
    return reply;
  }

  /** Which of the three are still served from the cache. */
  async function kept() {
    const before = runs;
    const replies = [await ask('/items/one'), await ask('/items/two'), await ask('/other')];
    expect(runs - before).toBe(replies.filter((reply) => !statusOf(reply).includes('; hit')).length);
    return replies.map((reply) => statusOf(reply).includes('; hit'));
  }

  it('by URL, with all its variants', async () => {
    await start((call) => call.header('Vary', 'Accept-Language'));
    await kept();
    await ask('/items/one', { 'accept-language': 'de' });
    const report = await app.httpCache.purge({ url: `${app.url}/items/one` });
    expect(report.memoryEntries).toBeGreaterThan(0);
    expect(statusOf(await ask('/items/one', { 'accept-language': 'de' }))).toContain('fwd=uri-miss');
    expect(await kept()).toEqual([false, true, true]);
  });

  it.each<[string, (url: string) => Parameters<App['httpCache']['purge']>[0], boolean[]]>([
    ['prefix', (url) => ({ prefix: `${url}/items/` }), [false, false, true]],
    ['route', () => ({ route: 'items' }), [false, false, true]],
    ['several URLs', (url) => ({ url: [`${url}/items/two`, `${url}/other`] }), [true, false, false]],
    ['a URL of another host', () => ({ url: 'http://elsewhere/items/one' }), [true, true, true]],
  ])('by %s', async (_by, targetOf, expected) => {
    await start();
    await kept();
    await app.httpCache.purge(targetOf(app.url));
    expect(await kept()).toEqual(expected);
  });

  it('by the tags that a response gives itself, which are not sent on', async () => {
    await start((call) => {
      call.header('Surrogate-Key', `all ${call.path}`);
      call.header('Cache-Tag', 'shared, listed');
    });
    const first = await ask('/items/one');
    const hit = await ask('/items/one');
    for (const reply of [first, hit]) {
      expect(reply.headers).not.toHaveProperty('surrogate-key');
      expect(reply.headers).not.toHaveProperty('cache-tag');
    }
    await kept();
    expect((await app.httpCache.purge({ tag: '/items/two' })).memoryEntries).toBe(1);
    expect(await kept()).toEqual([true, false, true]);
    await app.cache.invalidate({ tag: 'listed' });
    expect(await kept()).toEqual([false, false, false]);
  });

  it('by the groups that a change names', async () => {
    await start((call) => call.header('Cache-Groups', call.path === '/other' ? '"other"' : '"items", "more"'));
    expect((await ask('/items/one')).headers['cache-groups']).toBe('"items", "more"');
    await kept();
    await ask('/change', {}, 'POST');
    expect(await kept()).toEqual([false, false, true]);
  });

  it('by a PURGE request that is allowed to', async () => {
    await start(undefined, {
      purge: (request: { headers: Record<string, string> }) => request.headers.key === 'k',
    } as never);
    await kept();
    expect((await ask('/items/one', {}, 'PURGE')).status).toBe(403);
    expect(await kept()).toEqual([true, true, true]);
    const done = await ask('/items/one', { key: 'k' }, 'PURGE');
    expect(done.status).toBe(200);
    expect(JSON.parse(done.text)).toMatchObject({ memoryEntries: 1 });
    expect(await kept()).toEqual([false, true, true]);
  });

  it('leaves a PURGE to the application where nobody may', async () => {
    await start();
    expect((await ask('/items/one', {}, 'PURGE')).status).toBe(404);
  });

  it.each([[{ url: '/items/one' }], [{ prefix: 'items' }], [{ route: '' }], [{}]])('refuses %o', async (target) => {
    await start();
    await expect(async () => app.httpCache.purge(target as never)).rejects.toMatchObject({
      code: 'ERR_HTTP_CACHE_OPTION',
    });
  });
});
