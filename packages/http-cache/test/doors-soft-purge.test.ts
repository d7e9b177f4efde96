import { createCache } from '@breakwater/cache';
import { createManualClock, eventually, frameworks } from '@breakwater/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import type { ListOptions, RoutePolicyOptions } from '../src/index.ts';
import { send, statusOf } from './http-client.ts';
import { type App, type Call, serveApp } from './small-app.ts';

let app: App;
afterEach(() => app.close());

describe.each(frameworks)('what was expired, on $name', (framework) => {
  const clock = createManualClock();
  let runs = 0;

  async function start(
    policy: Partial<RoutePolicyOptions<never>> | undefined,
    answer: (call: Call) => void = () => {},
  ) {
    runs = 0;
    function handle(call: Call): void {
      runs += 1;
      answer(call);
      call.text(`run ${runs}`);
    }
    app = await serveApp(framework, {
      cache: createCache({ clock }),
      options: { clock, authority: 'api' },
      routes: ['/page', '/page/:id'].map((path) => ({
        path,
        ...(policy && { policy: { ttl: '1m', name: 'page', tags: ['pages'], ...policy } as const }),
        handle,
      })),
    });
  }

  async function ask(path = '/page', headers: Record<string, string> = {}) {
    const reply = await send(app.url + path, { headers });
    await app.httpCache.close();
    return reply;
  }

  it('is served at once within its window, says that it is stale, and is made anew in the background', async () => {
    await start({ staleWhileRevalidate: '10s' });
    await ask();
    clock.advance(5000);
    await app.httpCache.purge({ url: '/page' }, { mode: 'expire' });
    clock.advance(3000);
    const stale = await ask();
    expect([stale.text, stale.headers.age]).toEqual(['run 1', '8']);
    expect(statusOf(stale)).toBe('breakwater; hit; ttl=-3; detail=memory');
    await eventually(async () => expect(statusOf(await ask())).toContain('ttl=60'));
    expect(runs).toBe(2);
  });

  it('is no longer served when its window is over', async () => {
    await start({ staleWhileRevalidate: '10s' });
    await ask();
    await app.httpCache.purge({ tag: 'pages' }, { mode: 'expire' });
    clock.advance(10_000);
    expect((await ask()).text).toBe('run 2');
  });

  it('is gone where it has no window', async () => {
    await start({});
    await ask();
    const report = await app.httpCache.purge({ prefix: '/' }, { mode: 'expire' });
    expect(report.memoryEntries).toBe(1);
    expect(statusOf(await ask())).toContain('fwd=uri-miss');
    expect((await app.httpCache.purge({ all: true }, { dryRun: true })).memory.entries).toBe(1);
  });

  it('is asked about where it has a validator, and fresh again when nothing has changed', async () => {
    await start(undefined, (call) => {
      call.header('Cache-Control', 's-maxage=60');
      call.header('ETag', '"same"');
      if (call.headers['if-none-match'] === '"same"') call.status(304);
    });
    await ask();
    await app.httpCache.purge({ all: true }, { mode: 'expire' });
    const asked = await ask();
    expect([asked.text, statusOf(asked)]).toEqual(['run 1', 'breakwater; fwd=stale; fwd-status=304; stored']);
    expect(statusOf(await ask())).toBe('breakwater; hit; ttl=60; detail=memory');
  });

  it.each([
    ['which says nothing of them', undefined, [true, false]],
    ['which names others in their place', 'b', [false, true]],
  ])('has the tags that it named itself, also after a 304 %s', async (_which, named, isEnded) => {
    await start({ staleIfError: '1m' }, (call) => {
      const isUnchanged = call.headers['if-none-match'] === '"same"';
      const tags = isUnchanged ? named : 'a';
      if (tags) call.header('Surrogate-Key', tags);
      call.header('ETag', '"same"');
      if (isUnchanged) call.status(304);
    });
    for (const [index, tag] of ['a', 'b'].entries()) {
      await app.httpCache.purge({ all: true });
      await ask();
      await app.httpCache.purge({ url: '/page' }, { mode: 'expire' });
      const asked = await ask();
      expect([statusOf(asked), asked.headers['surrogate-key']]).toEqual([
        'breakwater; fwd=stale; fwd-status=304; stored',
        undefined,
      ]);
      await app.httpCache.purge({ tag });
      const after = await ask();
      expect(statusOf(after).includes('fwd=uri-miss')).toBe(isEnded[index]);
      expect(after.headers['surrogate-key']).toBeUndefined();
    }
    expect(await app.httpCache.purge({ tag: 'pages' })).toMatchObject({ unknownTags: [] });
  });

  it('may be by the cache itself, as the rules of events do', async () => {
    await start({ staleIfError: '1m' }, (call) => {
      if (runs > 1) call.status(503);
    });
    await ask();
    await app.cache.expire({ tag: 'pages' });
    expect((await ask()).text).toBe('run 1');
    await app.cache.invalidate({ tag: 'pages' });
    expect((await ask()).status).toBe(503);
  });

  it('are all variants of its URL, and those alone', async () => {
    await start({ staleIfError: '1m' }, (call) => {
      call.header('Vary', 'Accept-Language');
      if (runs > 3) call.status(503);
    });
    const languages = ['de', 'x'.repeat(200)];
    for (const language of languages) await ask('/page', { 'accept-language': language });
    await ask('/page/2');
    await app.httpCache.purge({ url: '/page' }, { mode: 'expire' });
    for (const language of languages) {
      const reply = await ask('/page', { 'accept-language': language });
      expect(statusOf(reply)).toContain('detail=stale-if-error');
    }
    expect(statusOf(await ask('/page/2'))).toContain('; hit');
  });

  describe('or not, is listed', () => {
    it('with its URL and variant, age, lifetime, length, policy and tags', async () => {
      await start({ staleIfError: '1m' }, (call) => call.header('Vary', 'Accept-Language'));
      await ask('/page?b=2&a=1', { 'accept-language': 'de' });
      clock.advance(5000);
      await app.httpCache.purge({ tag: 'pages' }, { mode: 'expire' });
      clock.advance(1000);
      const { responses, cursor } = await app.httpCache.list();
      expect(cursor).toBeUndefined();
      expect(responses).toEqual([
        {
          key: expect.stringContaining('route api /page?a=1&b=2 '),
          url: '/page?a=1&b=2',
          variant: '=de',
          policy: 'page',
          status: 200,
          ageSeconds: 6,
          ttlSeconds: -1,
          bytes: expect.any(Number),
          tags: ['pages'],
          tier: 'memory',
        },
      ]);
      expect(responses[0]?.bytes).toBeGreaterThan('run 1'.length);
    });

    it('a page at a time, by prefix or route', async () => {
      await start({});
      const paths = Array.from({ length: 12 }, (_, index) => `/page/${index}`);
      await ask();
      for (const path of paths) await ask(path);
      expect(await listAll({ prefix: '/page/', limit: 5 })).toEqual(paths.toSorted());
      expect(await listAll({ route: 'page' })).toEqual(['/page', ...paths].toSorted());
      expect(await listAll({ route: 'other', limit: 5 })).toEqual([]);
    });

    it.each<[object]>([
      [{ prefix: '/', route: 'page' }],
      [{ limit: 0 }],
      [{ prefix: 7 }],
      [{ host: 'h' }],
      [{ tag: 'a' }],
    ])('but not by %o', async (options) => {
      await start({});
      await expect(app.httpCache.list(options as ListOptions)).rejects.toMatchObject({ code: 'ERR_HTTP_CACHE_OPTION' });
    });

    async function listAll(options: ListOptions): Promise<(string | undefined)[]> {
      const urls: (string | undefined)[] = [];
      let cursor: string | undefined;
      do {
        const page = await app.httpCache.list({ ...options, cursor });
        urls.push(...page.responses.map(({ url }) => url));
        cursor = page.cursor;
      } while (cursor !== undefined);
      return urls.toSorted();
    }
  });
});
