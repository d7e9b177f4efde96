import { createManualClock, frameworks } from '@breakwater/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpCacheOptions, PurgeTarget } from '../src/index.ts';
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
    const policy = { ttl: '1m' as const, staleIfError: '1m' as const, name: 'items' };
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

  describe('by a PURGE request', () => {
    const allowed = { purge: (request: { headers: Record<string, string> }) => request.headers.key === 'k' } as never;
    const nameItself = (call: Call) => call.header('Surrogate-Key', call.path.split('/').at(-1) ?? '');

    it.each([
      [{ 'surrogate-key': 'one shared' }, [false, true, true]],
      [{ 'cache-tag': 'one, two' }, [false, false, true]],
      [{ 'surrogate-key': 'one', 'cache-tag': 'two' }, [false, false, true]],
    ])('of the tags in %o, and not of its URL', async (fields, expected) => {
      await start(nameItself, allowed);
      await kept();
      const reply = await ask('/other', { key: 'k', ...fields }, 'PURGE');
      expect(reply.status).toBe(200);
      expect(JSON.parse(reply.text)).toMatchObject({ target: { tag: expect.any(Array) }, mode: 'remove' });
      expect(await kept()).toEqual(expected);
    });

    it.each([[{}], [{ 'surrogate-key': 'one' }]])('that expires, with %o', async (fields) => {
      await start((call) => {
        nameItself(call);
        if (runs > 3) call.status(503);
      }, allowed);
      await kept();
      const reply = await ask('/items/one', { key: 'k', 'fastly-soft-purge': '1', ...fields }, 'PURGE');
      expect(JSON.parse(reply.text)).toMatchObject({ mode: 'expire' });
      const stale = await ask('/items/one');
      expect([stale.status, stale.text, statusOf(stale)]).toEqual([200, 'run 1', expect.stringContaining('stale')]);
    });

    it.each([
      [{ 'fastly-soft-purge': 'yes' }],
      [{ 'surrogate-key': '' }],
      [{ 'cache-tag': 'x'.repeat(257) }],
      [{ 'surrogate-key': Array.from({ length: 257 }, (_, index) => `t${index}`).join(' ') }],
    ])('that cannot be meant is refused, and touches nothing: %o', async (fields) => {
      await start(undefined, allowed);
      await kept();
      const reply = await ask('/items/one', { key: 'k', ...fields }, 'PURGE');
      expect([reply.status, reply.headers['content-type']]).toEqual([400, 'application/problem+json']);
      expect(JSON.parse(reply.text).type).toContain('ERR_HTTP_CACHE_PURGE_MALFORMED');
      expect(await kept()).toEqual([true, true, true]);
    });

    it.each<[Record<string, string>]>([[{}], [{ 'surrogate-key': 'one' }], [{ 'fastly-soft-purge': 'yes' }]])(
      'of somebody who may not is refused, whatever it names: %o',
      async (fields) => {
        await start(nameItself, allowed);
        await kept();
        const reply = await ask('/items/one', fields, 'PURGE');
        expect([reply.status, reply.headers['content-type']]).toEqual([403, 'application/problem+json']);
        expect(await kept()).toEqual([true, true, true]);
      },
    );
  });

  it('is an event, so that others can be told, and counted', async () => {
    await start(undefined, { purge: () => true });
    await kept();
    const told: unknown[] = [];
    app.httpCache.on('response:purged', (event) => told.push(event));
    const report = await app.httpCache.purge({ route: 'items' }, { mode: 'expire', reason: 'dataChanged' });
    await app.httpCache.purge({ all: true }, { dryRun: true });
    await ask('/other', {}, 'PURGE');
    await ask('/other', { 'cache-tag': 'a' }, 'PURGE');
    expect(told).toEqual([
      { target: { route: 'items' }, mode: 'expire', reason: 'dataChanged', report },
      { target: { url: `${app.url}/other` }, mode: 'remove', reason: 'manual', report: expect.anything() },
      { target: { tag: ['a'] }, mode: 'remove', reason: 'manual', report: expect.anything() },
    ]);
    expect(app.httpCache.stats().purges).toEqual({ url: 1, prefix: 0, tag: 1, route: 1, host: 0, all: 0 });
  });

  it('says by the hits of late how many requests would run a handler', async () => {
    const clock = createManualClock();
    await start(undefined, { clock });
    for (let round = 0; round < 21; round += 1) await kept();
    clock.advance(10_000);
    const costOf = async (target: PurgeTarget, options: object = {}) =>
      (await app.httpCache.purge(target, { dryRun: true, ...options })).origin;
    expect(await costOf({ route: 'items' })).toEqual({
      requestsPerSecond: 2,
      hitsPerSecond: 4,
      measuredOverMs: 10_000,
    });
    expect((await costOf({ all: true })).requestsPerSecond).toBe(3);
    expect((await costOf({ all: true }, { pace: '30/m' })).requestsPerSecond).toBe(0.5);
    expect((await costOf({ route: 'none' })).requestsPerSecond).toBe(0);
  });

  it('leaves a PURGE to the application where nobody may', async () => {
    await start();
    expect((await ask('/items/one', {}, 'PURGE')).status).toBe(404);
  });

  const someUrl = { url: 'http://h/' };
  it.each<[unknown, object?]>([
    [{ url: '/items/one' }],
    [{ url: [] }],
    [{ prefix: 'items' }],
    [{ route: '' }],
    [{ route: 'items', key: 7 }],
    [{ host: 'h/path' }],
    [{ all: false }],
    [{ tag: 'a', all: true }],
    [{ url: 'http://h/', key: 'k' }],
    [{}],
    [undefined],
    [someUrl, { mode: 'soft' }],
    [someUrl, { dryRun: 'yes' }],
    [someUrl, { pace: '1/s' }],
    [{ route: 'items', key: 'k' }, { pace: '1/s' }],
    [{ all: true }, { pace: 'slow', dryRun: true }],
    [someUrl, { force: true }],
  ])('refuses %o with %o', async (target, options = {}) => {
    await start();
    await expect(app.httpCache.purge(target as never, options)).rejects.toMatchObject({
      code: 'ERR_HTTP_CACHE_OPTION',
    });
  });

  it('refuses a host where no key has one', async () => {
    await start(undefined, { authority: 'api' });
    await expect(app.httpCache.purge({ host: 'h' })).rejects.toThrow('host must be absent where authority');
    await kept();
    await app.httpCache.purge({ url: '/items/one' });
    expect(await kept()).toEqual([false, true, true]);
  });
});
