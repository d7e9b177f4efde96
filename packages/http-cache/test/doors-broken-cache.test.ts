import { frameworks } from '@breakwater/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpCacheEvents } from '../src/index.ts';
import { createStoredResponse } from '../src/stored/entry.ts';
import { brokenCache, type Defect, fail } from './broken-cache.ts';
import { send, statusOf } from './http-client.ts';
import { type App, serveApp } from './small-app.ts';

let app: App;
afterEach(() => app.close());

/** A value where an entry, a place or a filling should be. */
const nonsense = { entry: { value: { kind: 'response' } }, tier: 'memory', right: 'lease' };
/** Terms of long ago. */
const initialAgeMs = 0;
const reuse = { lifetimeMs: 1, staleWhileRevalidateMs: 0, staleIfErrorMs: 0, validation: 'none' } as const;
const staleResponse = createStoredResponse({
  status: 200,
  headers: [],
  body: Buffer.from('stale'),
  hasOwnTag: false,
  clientSeconds: undefined,
  initialAgeMs,
  reuse,
});
const found = (value: object) => ({ entry: { value, storedAtMs: 0, freshUntilMs: 1 }, tier: 'memory' });
const noVariants = { kind: 'variants', id: 'id', names: ['accept-language'] };

const DEFECTS: readonly (readonly [what: string, broken: Defect])[] = [
  ['a look into memory throws', () => ({ peek: fail })],
  ['a look into memory finds nonsense', () => ({ peek: () => nonsense.entry })],
  ['a look-up throws', () => ({ lookup: fail })],
  ['a look-up rejects', () => ({ lookup: async () => fail() })],
  ['a look-up finds nonsense', () => ({ lookup: async () => nonsense })],
  ['a look-up finds a record without its list', () => ({ lookup: async () => found(noVariants) })],
  [
    'a look-up finds something stale that is no response',
    () => ({ lookup: async () => found({ kind: 'response', initialAgeMs, reuse }) }),
  ],
  [
    'a look-up finds a response under a record without its list',
    () => ({
      lookup: async (key: string) => found(key.includes(' id ') ? staleResponse : noVariants),
    }),
  ],
  ['a claim throws', () => ({ reserveToFill: fail })],
  ['a claim is nonsense', () => ({ reserveToFill: async () => 5 })],
  ['a claim cannot be committed', () => ({ reserveToFill: async () => ({ right: 'no-fleet' }) })],
  ['a commit throws', () => ({ reserveToFill: async () => ({ right: 'no-fleet', commit: fail }) })],
  ['a look at once throws', ({ atOnce }) => ({ atOnce: { ...atOnce, lookup: fail } })],
  ['a look at once finds nonsense', ({ atOnce }) => ({ atOnce: { ...atOnce, lookup: () => nonsense } })],
  ['a place at once throws', ({ atOnce }) => ({ atOnce: { ...atOnce, reserve: fail } })],
  ['a place at once cannot be committed', ({ atOnce }) => ({ atOnce: { ...atOnce, reserve: () => ({}) } })],
  [
    'a lease cannot be given back',
    () => ({ reserveToFill: async () => ({ right: 'lease', commit: async () => true, abandon: fail }) }),
  ],
];

describe.each(frameworks)('a cache that is broken, on $name', (framework) => {
  it.each(DEFECTS)('leaves every request to its handler, and lets nobody wait, where %s', async (_what, broken) => {
    let runs = 0;
    app = await serveApp(framework, {
      cache: brokenCache(broken),
      options: { maxWait: '1h' },
      routes: [
        {
          path: '/page',
          policy: { ttl: '1m' },
          async handle(call) {
            runs += 1;
            await new Promise((resolve) => setImmediate(resolve));
            call.json({ page: 1 });
          },
        },
      ],
    });
    const failures: HttpCacheEvents['cache:failed'][] = [];
    app.httpCache.on('cache:failed', (failure) => failures.push(failure));
    const url = `${app.url}/page`;
    const replies = await Promise.all([send(url), send(url), send(url)]);
    await app.httpCache.close();
    replies.push(await send(url));
    await app.httpCache.close();
    expect(replies.map(({ status, text }) => [status, text])).toEqual(Array(4).fill([200, '{"page":1}']));
    expect(runs).toBeGreaterThan(0);
    expect(failures.length).toBeGreaterThan(0);
    for (const { error } of failures) expect(error).toBeInstanceOf(TypeError);
  });

  it.each(DEFECTS.filter(([what]) => what.startsWith('a look')))('says so, where %s', async (_what, broken) => {
    app = await serveApp(framework, {
      cache: brokenCache(broken),
      routes: [{ path: '/page', policy: { ttl: '1m' }, handle: (call) => call.text('page') }],
    });
    expect(statusOf(await send(`${app.url}/page`))).toContain('detail=cache-failed');
  });

  it.each(['fleet', 'process'] as const)(
    'is not to blame for the callback of a policy, filling by %s',
    async (fill) => {
      app = await serveApp(framework, {
        options: { fill },
        routes: [{ path: '/page', policy: { ttl: '1m', tags: fail }, handle: (call) => call.text('page') }],
      });
      let failures = 0;
      app.httpCache.on('cache:failed', () => {
        failures += 1;
      });
      const replies = await Promise.all([send(`${app.url}/page`), send(`${app.url}/page`)]);
      expect([...replies.map(({ status }) => status), failures]).toEqual([500, 500, 0]);
    },
  );
});
