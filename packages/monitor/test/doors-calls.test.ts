import type { IncomingHttpHeaders } from 'node:http';
import { createCache } from '@breakwater/cache';
import { createHttpCache, type HttpCache, type HttpCacheOptions } from '@breakwater/http-cache';
import { httpCache as expressCache } from '@breakwater/http-cache/express';
import { httpCache as fastifyCache } from '@breakwater/http-cache/fastify';
import { createManualClock, eventually, type Framework, frameworks, type RunningServer } from '@breakwater/testkit';
import express from 'express';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { monitor as expressMonitor } from '../src/express.ts';
import { monitor as fastifyMonitor } from '../src/fastify.ts';
import { createMonitor, type Monitor, type MonitorEvents, type MonitorOptions } from '../src/index.ts';

const BODY = 'what only visitors are shown';
const ADMIN = { authorization: 'Bearer admin' };
const JSON_TYPE = { 'content-type': 'application/json' };

interface Serving extends Pick<HttpCacheOptions, 'clock' | 'sentinel'> {
  /** Of `/items/:id`. */
  readonly answer?: (headers: IncomingHttpHeaders) => string;
  /** Behind a body parser of the application. */
  readonly isParsed?: boolean;
}

describe.each(frameworks)('admin calls on $name', (framework: Framework) => {
  let server: RunningServer | undefined;
  let pages: HttpCache;
  let handle: Monitor;
  const made: MonitorEvents['change:made'][] = [];

  beforeEach(() => {
    made.length = 0;
  });
  afterEach(async () => server?.close());

  async function serve(options: MonitorOptions = {}, serving: Serving = {}): Promise<void> {
    const { clock, sentinel, answer = () => BODY, isParsed = false } = serving;
    pages = createHttpCache({
      cache: createCache({ ...(clock && { clock }) }),
      ...(clock && { clock }),
      ...(sentinel && { sentinel }),
    });
    handle = createMonitor({
      httpCache: pages,
      changes: 'allow',
      authorize: ({ headers }) => headers.authorization === ADMIN.authorization,
      ...options,
    });
    handle.on('change:made', (change) => made.push(change));
    const policy = { ttl: '1m', name: 'item', tags: ['items'] } as const;
    const keyed = { ttl: '1m', name: 'keyed', key: ({ params }: { params: { id: string } }) => params.id } as const;
    server = await framework.serve({
      express(app) {
        if (isParsed) app.use(express.json());
        app.use(expressMonitor(handle));
        app.use(expressCache(pages));
        app.get(
          '/items/:id',
          expressCache.route(policy),
          ({ headers }, response) => void response.send(answer(headers)),
        );
        app.get('/keyed/:id', expressCache.route(keyed as never), (_request, response) => void response.send(BODY));
      },
      async fastify(app) {
        await app.register(fastifyMonitor(handle));
        await app.register(fastifyCache(pages));
        app.get('/items/:id', { onRequest: fastifyCache.route(policy) }, async ({ headers }) => answer(headers));
        app.get('/keyed/:id', { onRequest: fastifyCache.route(keyed as never) }, async () => BODY);
      },
    });
  }

  /** Stores responses. */
  async function visit(...paths: string[]): Promise<void> {
    for (const path of paths) expect(await (await fetch(urlOf(path))).text()).toBe(BODY);
    await pages.close();
  }

  const urlOf = (path: string) => `${server?.url}${path}`;
  const isStored = async (path: string) => (await pages.explain({ url: urlOf(path) })).stored !== undefined;

  async function answerOf(response: Response) {
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: JSON.parse(text) };
  }

  async function call(page: string, content: unknown, headers: Record<string, string> = { ...ADMIN, ...JSON_TYPE }) {
    const body = typeof content === 'string' ? content : JSON.stringify(content);
    return answerOf(await fetch(urlOf(`/api/admin/cache/http/${page}`), { method: 'POST', headers, body }));
  }

  async function list(query = '', headers: Record<string, string> = ADMIN) {
    return answerOf(await fetch(urlOf(`/api/admin/cache/http/responses${query}`), { headers }));
  }

  it.each([false, true])(
    'explain what a request would get, and show no content (behind a body parser: %s)',
    async (isParsed) => {
      await serve({}, { isParsed });
      await visit('/items/1');
      const headers = { cookie: 'sid=a-visitors-own', 'accept-language': 'de' };
      const asked = { url: urlOf('/items/1') };
      const hit = await call('explain', asked);
      expect(hit.status).toBe(200);
      expect(hit.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(hit.headers.get('cache-control')).toBe('no-store');
      expect(hit.json).toEqual(JSON.parse(JSON.stringify(await pages.explain(asked))));
      expect(hit.json).toMatchObject({ outcome: 'hit', policy: { name: 'item', known: 'seen' } });
      // As a person reads it in a terminal.
      expect(hit.text).toMatch(/^\{\n {2}"policy": \{\n/);
      expect(hit.text).toMatch(/\}\n$/);

      const bypass = await call('explain', { ...asked, method: 'HEAD', headers });
      expect(bypass.json).toMatchObject({ outcome: 'bypass', reason: 'session' });
      for (const { text } of [hit, bypass]) expect(text).not.toMatch(new RegExp(`${BODY}|a-visitors-own`));
    },
  );

  it('explain what a callback makes of a request, if it is given what the callback reads', async () => {
    await serve();
    await visit('/keyed/7');
    const failed: unknown[] = [];
    handle.on('explain:failed', ({ error }) => failed.push(String(error)));
    const url = urlOf('/keyed/7');
    const given = await call('explain', { url, request: { params: { id: '7' } } });
    expect(given.json).toMatchObject({ outcome: 'hit', policy: { name: 'keyed' } });
    const missing = await call('explain', { url });
    expect([missing.status, missing.json.type]).toEqual([422, 'urn:breakwater:problem:ERR_MONITOR_EXPLAIN_FAILED']);
    expect(missing.json.detail).toContain('give it as request');
    // What the application's own code says is for its log.
    expect(failed).toEqual([expect.stringMatching(/^TypeError: .*id/)]);
    expect(missing.text).not.toMatch(/TypeError|undefined/);
  });

  it('list what is stored, a page at a time', async () => {
    await serve();
    await visit('/items/1', '/items/2', '/keyed/7');
    const { status, json, text } = await list('?route=item&limit=1000');
    expect([status, json.name]).toEqual([200, 'default']);
    expect(json.responses.map(({ url }: { url: string }) => url).sort()).toEqual([
      urlOf('/items/1'),
      urlOf('/items/2'),
    ]);
    expect(text).not.toContain(BODY);
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await list(`?limit=1${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      for (const { key } of page.json.responses) seen.push(key);
      cursor = page.json.cursor ?? '';
    } while (cursor !== '');
    expect(new Set(seen).size).toBe(3);
    const head = await fetch(urlOf('/api/admin/cache/http/responses'), { method: 'HEAD', headers: ADMIN });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('purge: say what it would cost, touch what is named, and tell who asked', async () => {
    await serve();
    await visit('/items/1', '/items/2');
    const target = { url: urlOf('/items/1') };
    const dry = await call('purge', { target, dryRun: true });
    expect(dry.json).toMatchObject({ name: 'default', target, dryRun: true, memory: { entries: 1 }, origin: {} });
    expect([await isStored('/items/1'), made]).toEqual([true, []]);

    const said = { target, mode: 'remove', reason: 'dataChanged' };
    const done = await call('purge', said);
    expect([done.status, done.json]).toEqual([
      200,
      expect.objectContaining({ ...said, name: 'default', memoryEntries: 1 }),
    ]);
    expect([await isStored('/items/1'), await isStored('/items/2')]).toEqual([false, true]);
    expect(made).toEqual([{ change: 'purge', name: 'default', said, request: expect.anything() }]);
    expect(made[0]?.request).toMatchObject({ headers: ADMIN });
    expect(pages.stats().purges).toMatchObject({ url: 1 });
  });

  it('purge at a pace, until the client goes', async () => {
    await serve();
    await visit('/items/1', '/items/2', '/items/3');
    const reports: { isComplete: boolean }[] = [];
    pages.on('response:purged', ({ report }) => reports.push(report));
    const patience = new AbortController();
    const sent = fetch(urlOf('/api/admin/cache/http/purge'), {
      method: 'POST',
      headers: { ...ADMIN, ...JSON_TYPE },
      body: JSON.stringify({ target: { tag: 'items' }, pace: '1/h' }),
      signal: patience.signal,
    });
    await eventually(hasBegun);
    patience.abort();
    await expect(sent).rejects.toThrow('aborted');
    await eventually(() => reports.length === 1);
    expect(reports[0]).toMatchObject({ isComplete: false });
  });

  async function hasBegun(): Promise<boolean> {
    const stored = await Promise.all(['/items/1', '/items/2', '/items/3'].map(isStored));
    return stored.includes(false);
  }

  it('release a policy from quarantine, and say whether it was in it', async () => {
    const clock = createManualClock();
    await serve(
      {},
      {
        clock,
        sentinel: { mode: 'quarantine', sample: 1, interval: 0 },
        answer: (headers) => `hello ${headers['x-user'] ?? 'stranger'}`,
      },
    );
    await eventually(async () => {
      for (const user of ['ada', 'bob']) {
        clock.advance(10);
        await (await fetch(urlOf('/items/1'), { headers: { 'x-user': user } })).arrayBuffer();
        await pages.close();
      }
      clock.advance(60_000);
      expect(pages.stats().quarantined).toEqual(['item']);
    });
    expect((await call('explain', { url: urlOf('/items/1'), policy: 'item' })).json.reason).toBe('quarantined');
    const { status, json } = await call('release', { policy: 'item' });
    expect([status, json]).toEqual([200, { name: 'default', policy: 'item', released: true, quarantined: [] }]);
    expect((await call('release', { policy: 'item' })).json).toMatchObject({ released: false });
    expect(made).toMatchObject([{ change: 'release', said: { policy: 'item' } }, { change: 'release' }]);
  });

  const calls: readonly [page: string, content: object][] = [
    ['explain', { url: '/items/1' }],
    ['purge', { target: { all: true } }],
    ['release', { policy: 'item' }],
  ];

  it.each(calls)('%s: whom authorize does not let in is told nothing, and nothing is done', async (page, content) => {
    await serve();
    await visit('/items/1');
    const { status, json } = await call(page, content, JSON_TYPE);
    expect([status, json.type]).toEqual([403, 'urn:breakwater:problem:ERR_MONITOR_FORBIDDEN']);
    // Neither whether it would have been understood.
    expect((await call(page, 'no json', {})).json).toEqual(json);
    expect([await isStored('/items/1'), made]).toEqual([true, []]);
    expect((await list('', {})).status).toBe(403);
  });

  it.each(calls)('%s: is no page to be opened, nor to be sent from another site', async (page, content) => {
    await serve();
    await visit('/items/1');
    const get = await fetch(urlOf(`/api/admin/cache/http/${page}`), { headers: ADMIN });
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    for (const [headers, expected] of [
      [{ ...JSON_TYPE, 'sec-fetch-site': 'cross-site' }, 403],
      [{ ...JSON_TYPE, 'sec-fetch-site': 'same-site' }, 403],
      [{ 'content-type': 'text/plain' }, 415],
      [{ 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ] as const) {
      expect((await call(page, content, { ...ADMIN, ...headers })).status).toBe(expected);
    }
    expect([await isStored('/items/1'), made]).toEqual([true, []]);
    expect((await call(page, content, { ...ADMIN, ...JSON_TYPE, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });

  it('change nothing where that is not allowed, and say what it would cost all the same', async () => {
    await serve({ changes: 'refuse' });
    await visit('/items/1');
    for (const [page, content] of calls.slice(1)) {
      const { status, json } = await call(page, content);
      expect([status, json.type]).toEqual([403, 'urn:breakwater:problem:ERR_MONITOR_READ_ONLY']);
    }
    expect([await isStored('/items/1'), made]).toEqual([true, []]);
    expect((await call('purge', { target: { all: true }, dryRun: true })).json).toMatchObject({
      memory: { entries: 1 },
    });
    expect((await call('explain', { url: urlOf('/items/1') })).json).toMatchObject({ outcome: 'hit' });
    expect((await list()).json.responses).toHaveLength(1);
  });

  const wrong: readonly [page: string, content: unknown, status: number, code: string][] = [
    ['explain', '{', 400, 'ERR_MONITOR_CONTENT'],
    ['explain', '', 400, 'ERR_MONITOR_CONTENT'],
    ['explain', '[]', 400, 'ERR_MONITOR_CALL_OPTION'],
    ['explain', 'null', 400, 'ERR_MONITOR_CALL_OPTION'],
    ['explain', {}, 400, 'ERR_HTTP_CACHE_OPTION'],
    ['explain', { url: '/items/1', headers: { a: 1 } }, 400, 'ERR_HTTP_CACHE_OPTION'],
    ['explain', { url: '/items/1', body: 'x' }, 400, 'ERR_HTTP_CACHE_OPTION'],
    ['explain', { url: '/items/1', policy: 'none' }, 400, 'ERR_HTTP_CACHE_OPTION'],
    ['explain', { url: '/items/1', name: 'other' }, 400, 'ERR_MONITOR_CALL_OPTION'],
    ['explain', { url: `/${'x'.repeat(300_000)}` }, 413, 'ERR_MONITOR_CONTENT_TOO_LARGE'],
    ['purge', {}, 400, 'ERR_HTTP_CACHE_OPTION'],
    ['purge', { all: true }, 400, 'ERR_MONITOR_CALL_OPTION'],
    ['purge', { target: { all: true, tag: 'items' } }, 400, 'ERR_HTTP_CACHE_OPTION'],
    ['purge', { target: { tag: '' } }, 400, 'ERR_HTTP_CACHE_OPTION'],
    ['purge', { target: { tag: 'x'.repeat(10_000) } }, 400, 'ERR_CACHE_TAG'],
    // What is nearly a dry run must not be taken for none.
    ['purge', { target: { all: true }, dryRun: 'true' }, 400, 'ERR_HTTP_CACHE_OPTION'],
    ['purge', { target: { all: true }, mode: 'soft' }, 400, 'ERR_HTTP_CACHE_OPTION'],
    ['purge', { target: { all: true }, pace: 'slow' }, 400, 'ERR_HTTP_CACHE_OPTION'],
    ['purge', { target: { all: true }, reason: 'why' }, 400, 'ERR_CACHE_OPTION'],
    ['purge', { target: { all: true }, signal: {} }, 400, 'ERR_MONITOR_CALL_OPTION'],
    ['release', {}, 400, 'ERR_MONITOR_CALL_OPTION'],
  ];

  it('are refused by a code where they say what cannot be meant, and then do nothing', async () => {
    await serve();
    await visit('/items/1');
    for (const [page, content, status, code] of wrong) {
      const answer = await call(page, content);
      const said = JSON.stringify(content).slice(0, 80);
      expect([said, answer.status, answer.json.type]).toEqual([said, status, `urn:breakwater:problem:${code}`]);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(answer.json.detail).toMatch(/\S/);
    }
    for (const query of ['?limit=many', '?limit=0', '?route=a&host=b', '?other=1', '?cursor=nothing', '?name=other']) {
      expect([query, (await list(query)).status]).toEqual([query, 400]);
    }
    expect([await isStored('/items/1'), made]).toEqual([true, []]);
  });

  it('name the cache where there are several', async () => {
    const other = createHttpCache({ cache: createCache() });
    await serve({});
    await server?.close();
    const pagesOfTwo = {
      shop: createHttpCache({ cache: createCache() }),
      other,
      shown: { stats: () => other.stats() },
    };
    await serve({ httpCache: pagesOfTwo });
    const unnamed = await call('explain', { url: '/items/1' });
    expect(unnamed.json.detail).toBe("name must be one of 'shop', 'other', got undefined.");
    expect((await call('release', { name: 'other', policy: 'a' })).json).toMatchObject({ name: 'other' });
    expect((await list('?name=shop')).json).toEqual({ name: 'shop', responses: [] });
  });

  it('are no pages where there is no cache that could be called', async () => {
    await serve({ httpCache: { stats: () => createHttpCache({ cache: createCache() }).stats() } });
    expect(handle.paths.filter((path) => path.includes('/http/'))).toEqual([]);
    const response = await fetch(urlOf('/api/admin/cache/http/purge'), { method: 'POST', headers: ADMIN });
    expect(response.status).toBe(404);
  });
});
