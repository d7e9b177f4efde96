import { type Cache, createCache } from '@breakwater/cache';
import type { RedisPort } from '@breakwater/core/redis';
import { eventually, frameworks } from '@breakwater/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PurgeTarget } from '../src/index.ts';
import { type Reply, send, statusOf } from './http-client.ts';
import { type App, type Call, type Route, serveApp } from './small-app.ts';

/** What is stored, by the name the tables have for it: host, path, and what chooses a variant. */
const RESPONSES: Readonly<Record<string, { host: string; path: string; language?: string }>> = {
  one: { host: 'shop.example', path: '/items/one', language: 'en' },
  'one, in German': { host: 'shop.example', path: '/items/one', language: 'de' },
  two: { host: 'shop.example', path: '/items/two?b=2&a=1' },
  page: { host: 'shop.example', path: '/page' },
  'one elsewhere': { host: 'other.example:8080', path: '/items/one', language: 'en' },
  keyed: { host: 'other.example:8080', path: '/keyed/k1' },
  'keyed, too': { host: 'other.example:8080', path: '/keyed/k2' },
};
type State = 'fresh' | 'stale' | 'gone';

/** What each target names; as many entries, for a URL that has several responses is one more. */
const TARGETS: readonly (readonly [target: PurgeTarget, names: readonly string[], entries: number])[] = [
  [{ url: 'http://shop.example/items/one' }, ['one', 'one, in German'], 3],
  [{ url: ['http://shop.example/items/two?a=1&b=2', 'http://shop.example/page'] }, ['two', 'page'], 2],
  [{ prefix: 'http://shop.example/items/' }, ['one', 'one, in German', 'two'], 4],
  [{ prefix: 'http://shop.example/*/one' }, ['one', 'one, in German'], 3],
  [{ tag: ['one', 'none'] }, ['one', 'one, in German', 'one elsewhere'], 5],
  [{ route: 'items' }, ['one', 'one, in German', 'two', 'one elsewhere'], 6],
  [{ route: 'keyed', key: 'k1' }, ['keyed'], 1],
  [{ host: 'shop.example' }, ['one', 'one, in German', 'two', 'page'], 5],
  [{ host: 'Other.example:8080' }, ['one elsewhere'], 2],
  [{ all: true }, Object.keys(RESPONSES), 9],
];

/** What each mode leaves, and what the cache calls it. */
const MODES = [
  { mode: 'remove', leaves: 'gone', effect: 'invalidate' },
  { mode: 'expire', leaves: 'stale', effect: 'expire' },
] as const;

/** Every target, in each mode, first as a dry run: what a purge ends here and on another instance, if there is one. */
export function describePurges(name: string, connect: () => Promise<RedisPort | null>): void {
  const tested = frameworks.filter((framework) => framework.name !== 'Express 4');
  describe.each(tested)(`a purge with ${name}, on $name`, (framework) => {
    const apps: App[] = [];
    let isFailing = false;
    let value: Cache;

    beforeAll(async () => {
      const isShared = (await connect()) !== null;
      for (let instance = 0; instance < (isShared ? 2 : 1); instance += 1) {
        const namespace = framework.name.replace(' ', '-');
        const cache = createCache({ redis: await connect(), deadlineMs: '10s', namespace });
        apps.push(await serveApp(framework, { cache, routes }));
        if (isShared) await eventually(() => cache.stats().bus.connected);
      }
      value = asked().cache;
    });
    afterAll(async () => {
      for (const app of apps) {
        await app.close();
        await app.cache.close();
      }
    });
    beforeEach(async () => {
      isFailing = false;
      await asked().cache.clear();
      await value.set('value', 1, { tags: ['other'] });
      for (const app of apps) {
        for (const one of Object.values(RESPONSES)) expect((await ask(app, one)).status).toBe(200);
        await app.httpCache.close();
      }
      isFailing = true;
      for (const app of apps) await eventually(async () => expect(await states(app)).toEqual(statesWith([], 'fresh')));
    });

    const asked = () => apps[0] as App;

    function handle(call: Call): void {
      if (isFailing) call.status(503);
      else if (call.path === '/items/one') call.header('Vary', 'Accept-Language');
      call.text(call.path);
    }
    const windows = { ttl: '1h', staleIfError: '1h' } as const;
    const routes: Route[] = [
      { path: '/items/one', policy: { ...windows, name: 'items', tags: ['one'] }, handle },
      { path: '/items/two', policy: { ...windows, name: 'items' }, handle },
      { path: '/page', policy: windows, handle },
      {
        path: '/keyed/:id',
        policy: { ...windows, name: 'keyed', key: (request: { params: { id: string } }) => request.params.id } as never,
        handle,
      },
    ];

    function ask(app: App, { host, path, language }: (typeof RESPONSES)[string]): Promise<Reply> {
      return send(app.url + path, { headers: { host, ...(language && { 'accept-language': language }) } });
    }

    /** How each is answered while all handlers fail. */
    async function states(app: App): Promise<Record<string, State>> {
      const pairs = Object.entries(RESPONSES).map(async ([one, request]) => {
        const reply = await ask(app, request);
        if (reply.status === 503) return [one, 'gone'] as const;
        return [one, statusOf(reply).includes('; hit') ? 'fresh' : 'stale'] as const;
      });
      return Object.fromEntries(await Promise.all(pairs));
    }

    function statesWith(names: readonly string[], state: State): Record<string, State> {
      return Object.fromEntries(Object.keys(RESPONSES).map((one) => [one, names.includes(one) ? state : 'fresh']));
    }

    describe.each(MODES)('that is to $mode', ({ mode, leaves, effect }) => {
      it.each(TARGETS)('%j, touches nothing in a dry run, and then what it names', async (target, names, entries) => {
        const { httpCache, cache } = asked();
        const isShared = apps.length > 1;
        const audited = cache.audit().length;
        // Repeated: its walk has a second, which a machine may spend elsewhere.
        await eventually(async () => {
          const estimate = await httpCache.purge(target, { mode, dryRun: true });
          expect(estimate).toMatchObject({
            memory: { entries },
            redis: { entries: isShared ? entries : 0, isComplete: true },
          });
          expect(estimate.memory.bytes).toBeGreaterThan(0);
          expect(estimate.origin.requestsPerSecond).toBeLessThanOrEqual(entries);
        });
        for (const app of apps) expect(await states(app)).toEqual(statesWith([], 'fresh'));
        expect(cache.audit().length).toBe(audited);

        const report = await httpCache.purge(target, { mode, reason: 'dataChanged' });
        expect(report).toMatchObject({ memoryEntries: entries, shared: isShared, isComplete: true });
        const after = statesWith(names, leaves);
        expect(await states(asked())).toEqual(after);
        for (const app of apps) await eventually(async () => expect(await states(app)).toEqual(after));
        expect(cache.audit()[0]).toMatchObject({ effect, reason: 'dataChanged', remote: false });
        expect(await value.get('value')).toBe(1);
      });
    });

    it.each(TARGETS.filter(([target]) => 'prefix' in target || 'tag' in target || 'all' in target))(
      'of %j goes at a pace, and stops where it is told to',
      async (target, names) => {
        const stop = new AbortController();
        const going = asked().httpCache.purge(target, { pace: '1/h', signal: stop.signal });
        await eventually(() => asked().cache.stats().memory.entries < RESPONSES_IN_MEMORY);
        stop.abort();
        expect(await going).toMatchObject({ isComplete: false });
        const after = Object.values(await states(asked()));
        expect(after.filter((state) => state === 'gone').length).toBeLessThanOrEqual(2);
        expect(await asked().httpCache.purge(target, { pace: '10000/s' })).toMatchObject({ isComplete: true });
        for (const app of apps) {
          await eventually(async () => expect(await states(app)).toEqual(statesWith(names, 'gone')));
        }
      },
    );
  });
}

/** The responses, two records of variants, and a value. */
const RESPONSES_IN_MEMORY = Object.keys(RESPONSES).length + 3;
