import { createCache } from '@breakwater/cache';
import { createManualClock, eventually, frameworks } from '@breakwater/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ExplainedRequest, Explanation } from '../src/index.ts';
import { type Reply, send, statusOf } from './http-client.ts';
import { type App, type Route, serveApp } from './small-app.ts';

interface Asked {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

describe.each(frameworks)('explain, on $name', (framework) => {
  const clock = createManualClock();
  let app: App;
  let runs = 0;
  let answerHeld: (() => void) | undefined;

  const routes: readonly Route[] = [
    { path: '/page', policy: { ttl: '5s', name: 'page', tags: ['pages'] }, handle: (call) => call.text(`${runs}`) },
    {
      path: '/stale',
      policy: { ttl: '5s', staleWhileRevalidate: '10s', staleIfError: '1m' },
      handle: (call) => call.text(`${runs}`),
    },
    { path: '/twice', policy: { ttl: '5s', minUses: 2, query: ['a'] }, handle: (call) => call.text('twice') },
    { path: '/id/:id', policy: { ttl: '5s' }, handle: (call) => call.text('id') },
    { path: '/all', policy: { ttl: '5s', audience: 'everyone' }, handle: (call) => call.text('all') },
    {
      path: '/vary',
      policy: { ttl: '5s' },
      handle(call) {
        call.header('Vary', 'Accept-Language');
        call.text(String(call.headers['accept-language']));
      },
    },
    {
      path: '/cookie',
      policy: { ttl: '5s' },
      handle(call) {
        call.header('Set-Cookie', 'a=1');
        call.text('cookie');
      },
    },
    {
      path: '/own',
      handle(call) {
        call.header('Cache-Control', 'public, max-age=5');
        call.header('ETag', '"one"');
        call.text('own');
      },
    },
    {
      path: '/held',
      policy: { ttl: '5s' },
      handle(call) {
        answerHeld = () => call.text('held');
      },
    },
    { path: '/plain', handle: (call) => call.text('plain') },
  ];

  beforeAll(async () => {
    app = await serveApp(framework, {
      cache: createCache({ clock }),
      options: { clock, clientDirectives: 'honour' },
      routes: [...routes, ...routes.map(({ path, handle }) => ({ method: 'POST' as const, path, handle }))],
      inside: () => {
        runs += 1;
      },
    });
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    await app.cache.clear();
    // What was learned of URLs is over.
    clock.advance(86_400_000);
  });

  async function ask({ path, ...options }: Asked): Promise<Reply> {
    const reply = await send(app.url + path, options);
    await app.httpCache.close();
    return reply;
  }

  const explain = ({ path, ...asked }: Asked, more: Partial<ExplainedRequest> = {}) =>
    app.httpCache.explain({ ...asked, url: app.url + path, ...more });

  /** Under the policy that is to be meant, where no request has come by this very URL. */
  const meant = ({ path }: Asked) => (path.startsWith('/twice?') ? { policy: '/twice' } : {});

  /** What the next real request is told is what was explained. */
  async function expectTrue(asked: Asked): Promise<{ explanation: Explanation; reply: Reply }> {
    const before = [runs, app.httpCache.stats(), app.cache.stats().policies];
    const explanation = await explain(asked, meant(asked));
    expect([runs, app.httpCache.stats(), app.cache.stats().policies]).toEqual(before);
    expect(JSON.parse(JSON.stringify(explanation)).outcome).toBe(explanation.outcome);
    const reply = await ask(asked);
    const ran = explanation.outcome === 'miss' || explanation.outcome === 'bypass';
    expect(runs).toBe((before[0] as number) + Number(ran || explanation.outcome === 'stale'));
    // Where the handler runs, the rest of the field is of its response.
    if (ran) expect(`${statusOf(reply)};`.startsWith(`${explanation.cacheStatus};`), statusOf(reply)).toBe(true);
    else expect(statusOf(reply)).toBe(explanation.cacheStatus);
    return { explanation, reply };
  }

  const german = { 'accept-language': 'de' };
  const table: [what: string, asked: Asked, before: readonly (Asked | number)[], Partial<Explanation>][] = [
    ['nothing stored', { path: '/page' }, [], { outcome: 'miss', cacheStatus: 'breakwater; fwd=uri-miss' }],
    ['a fresh response', { path: '/page' }, [{ path: '/page' }], { outcome: 'hit' }],
    ['HEAD of one', { path: '/page', method: 'HEAD' }, [{ path: '/page' }], { outcome: 'hit' }],
    ['HEAD of none', { path: '/page', method: 'HEAD' }, [], { outcome: 'miss' }],
    ['a response that is over', { path: '/page' }, [{ path: '/page' }, 5000], { outcome: 'miss' }],
    ['a part of none', { path: '/page', headers: { range: 'bytes=0-1' } }, [], { reason: 'range' }],
    ['a stale one', { path: '/stale' }, [{ path: '/stale' }, 6000], { outcome: 'stale' }],
    [
      'one that only an error brings out',
      { path: '/stale' },
      [{ path: '/stale' }, 20_000],
      { outcome: 'miss', cacheStatus: 'breakwater; fwd=stale' },
    ],
    [
      'a caller with credentials',
      { path: '/page', headers: { authorization: 'Bearer x' } },
      [{ path: '/page' }],
      { outcome: 'bypass', reason: 'authorization' },
    ],
    [
      'one where all are served',
      { path: '/all', headers: { authorization: 'Bearer x' } },
      [{ path: '/all' }],
      { outcome: 'hit' },
    ],
    ['a login’s cookie', { path: '/page', headers: { cookie: 'sid=1' } }, [], { outcome: 'bypass', reason: 'session' }],
    ['another method', { path: '/page', method: 'POST' }, [{ path: '/page' }], { outcome: 'bypass', reason: 'method' }],
    [
      'a variant that is stored',
      { path: '/vary', headers: german },
      [{ path: '/vary', headers: german }],
      { outcome: 'hit', vary: ['accept-language'] },
    ],
    [
      'one that is not',
      { path: '/vary' },
      [{ path: '/vary', headers: german }],
      { outcome: 'miss', cacheStatus: 'breakwater; fwd=vary-miss' },
    ],
    [
      'a URL that was not to be stored',
      { path: '/cookie' },
      [{ path: '/cookie' }],
      { outcome: 'bypass', reason: 'uncacheable' },
    ],
    ['the same later', { path: '/cookie' }, [{ path: '/cookie' }, 60_000], { outcome: 'miss' }],
    [
      'a client that wants what is stored',
      { path: '/page', headers: { 'cache-control': 'only-if-cached' } },
      [{ path: '/page' }, 5000],
      { outcome: 'refused', cacheStatus: 'breakwater; detail=only-if-cached' },
    ],
    [
      'a client that does not',
      { path: '/page', headers: { 'cache-control': 'no-cache' } },
      [{ path: '/page' }],
      { outcome: 'miss', cacheStatus: 'breakwater; fwd=request' },
    ],
    [
      'a key that is not asked for often enough',
      { path: '/twice?a=1' },
      [{ path: '/twice?a=2' }],
      { outcome: 'miss', reason: 'min-uses' },
    ],
    [
      'the same the second time',
      { path: '/twice?a=1' },
      [{ path: '/twice?a=1' }],
      { outcome: 'miss', reason: undefined },
    ],
    [
      'parameters that are left out',
      { path: '/twice?a=1&b=1' },
      [{ path: '/twice?a=1' }, { path: '/twice?a=1&b=2' }],
      { outcome: 'hit' },
    ],
    [
      'a query that parsers may read differently',
      { path: '/twice?a=1&b;c' },
      [{ path: '/twice' }],
      { outcome: 'bypass', reason: 'query', key: undefined },
    ],
    ['a path that may mean another', { path: '/id/%00' }, [], { outcome: 'bypass', reason: 'path' }],
    ['the application’s own', { path: '/own' }, [{ path: '/own' }], { outcome: 'hit' }],
    ['what nobody declared', { path: '/plain' }, [{ path: '/plain' }], { outcome: 'bypass', reason: 'uncacheable' }],
  ];
  it.each(table)('says what becomes of %s', async (_what, asked, before, expected) => {
    for (const step of before) {
      if (typeof step === 'number') clock.advance(step);
      else await ask(step);
    }
    const { explanation } = await expectTrue(asked);
    expect(explanation).toMatchObject(expected);
  });

  it('says it of any request after any others', async () => {
    const paths = routes.map(({ path }) => path.replace(':id', '7')).filter((path) => path !== '/held');
    // What no request has come by is told by the policy's name alone.
    for (const path of paths) await ask({ path });
    const asked = fc.record({
      path: fc.constantFrom(...paths),
      method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST'),
      headers: fc.constantFrom<Record<string, string>>(
        {},
        {},
        german,
        { authorization: 'Bearer x' },
        { cookie: 'sid=1' },
        { range: 'bytes=0-0' },
        { 'if-none-match': '"one"' },
        { 'cache-control': 'no-cache' },
        { 'cache-control': 'only-if-cached' },
        { 'cache-control': 'max-stale' },
      ),
      waitMs: fc.constantFrom(0, 0, 1000, 6000),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(asked, { minLength: 2, maxLength: 10 }), async (requests) => {
        for (const { waitMs, ...request } of requests) {
          clock.advance(waitMs);
          await expectTrue(request);
        }
      }),
      { numRuns: 8 },
    );
  });

  it('tells of the stored response its age, lifetime, windows, validator and tags', async () => {
    await ask({ path: '/page' });
    const { body, headers } = await ask({ path: '/page' });
    clock.advance(2000);
    const { stored, key, policy, lastRefusal } = await explain({ path: '/page' });
    expect(policy).toEqual({ name: 'page', kind: 'route', known: 'seen', audience: 'anonymous' });
    expect(key).toBe(`route ${app.url} /page`);
    expect(stored).toMatchObject({
      tiers: ['memory'],
      status: 200,
      bytes: body.length,
      etag: headers.etag,
      ageSeconds: 2,
      ttlSeconds: 3,
      staleWhileRevalidateSeconds: 0,
      storedAt: new Date(clock.now() - 2000).toISOString(),
      validation: 'none',
    });
    expect(stored?.tags.map(({ tag }) => tag)).toEqual(['pages', 'route page']);
    expect(lastRefusal).toBeUndefined();
  });

  it('tells why the last response was not stored, by the reason that its Cache-Status gave, until one is', async () => {
    expect(statusOf(await ask({ path: '/cookie' }))).toBe('breakwater; fwd=uri-miss; detail=set-cookie');
    const at = new Date(clock.now()).toISOString();
    expect((await explain({ path: '/cookie' })).lastRefusal).toEqual({ reason: 'set-cookie', status: 200, at });
    expect(statusOf(await ask({ path: '/page', method: 'HEAD' }))).toContain('detail=head');
    expect((await explain({ path: '/page' })).lastRefusal).toMatchObject({ reason: 'head' });
    await ask({ path: '/page' });
    expect((await explain({ path: '/page' })).lastRefusal).toBeUndefined();
  });

  it('takes the policy that is named, where the URL was not seen', async () => {
    await ask({ path: '/page' });
    const unseen = { path: '/page?a=1' };
    expect((await explain(unseen)).policy).toMatchObject({ name: 'origin', known: 'assumed' });
    expect((await explain(unseen, { policy: 'page' })).policy).toMatchObject({ name: 'page', known: 'named' });
    expect((await explain({ path: '/page' }, { policy: 'origin' })).key).toBe(`origin ${app.url} /page`);
    await expect(explain(unseen, { policy: 'other' })).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_HTTP_CACHE_OPTION', option: 'policy' }),
    );
  });

  it('says that a response is on its way', async () => {
    const filling = send(`${app.url}/held`);
    await eventually(() => answerHeld !== undefined);
    expect(await explain({ path: '/held' })).toMatchObject({ isFilling: true, outcome: 'miss' });
    answerHeld?.();
    await filling;
    await app.httpCache.close();
    expect(await explain({ path: '/held' })).toMatchObject({ isFilling: false, outcome: 'hit' });
  });
});
