import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asDocumented, createManualClock, documentedDefaults, eventually } from '@breakwater/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMemorySource } from '../test/memory-source.ts';
import { type Cache, createCache } from './index.ts';
import { createWarmer, type Warmer, type WarmerOptions } from './warmer.ts';
import { MANIFEST_DEFAULTS, WARMER_DEFAULTS } from './warming/warmer-options.ts';

const database = createMemorySource({ s1: 'row', s2: 'row' });
const policies = { price: { ttl: '10s' }, user: { source: database.source } } as const;
const keys = Array.from({ length: 25 }, (_, index) => `k${index}`);
const upper = (key: string) => key.toUpperCase();

let cache: Cache<'price' | 'user' | 'default'>;
let clock: ReturnType<typeof createManualClock>;
let warmers: Warmer[];

function open(options: WarmerOptions<'price' | 'user' | 'default'>): Warmer {
  const warmer = createWarmer(cache, options);
  warmers.push(warmer);
  return warmer;
}

beforeEach(() => {
  warmers = [];
  clock = createManualClock();
  cache = createCache({ policies, clock });
});
afterEach(async () => {
  await Promise.all(warmers.map((warmer) => warmer.stop()));
  await cache.close();
});

describe('a warmer', () => {
  it.each([
    ['an array', keys, upper],
    ['a function', () => new Set(keys), async (key: string) => key.toUpperCase()],
    ['an asynchronous function', async () => keys, upper],
  ])('loads at the start the keys that %s gives', async (_what, given, load) => {
    const [report] = await open({ sets: { prices: { keys: given, policy: 'price', tags: ['warmed'], load } } }).start();
    expect(report).toMatchObject({ set: 'prices', keys: 25, warmed: 25, failed: 0 });
    expect(cache.peek('k7')).toMatchObject({ value: 'K7', tags: ['warmed'] });
    expect(cache.stats().policies.price).toMatchObject({ loads: 25 });
  });

  it('gives many keys to a batch loader, a hundred at a time, and leaves alone what the cache has', async () => {
    const many = Array.from({ length: 250 }, (_, index) => `m${index}`);
    await cache.set('m0', 'own');
    const loadMany = vi.fn((some: readonly string[]) => new Map(some.slice(1).map((key) => [key, key])));
    const [report] = await open({ sets: { many: { keys: many, loadMany } } }).start();
    expect(loadMany.mock.calls.map(([some]) => some.length)).toEqual([99, 100, 50]);
    expect(report).toMatchObject({ keys: 250, warmed: 247, failed: 0 });
    expect(cache.peek('m0')?.value).toBe('own');
  });

  it('loads from the source of the policy where a set has no loader', async () => {
    const [report] = await open({ sets: { users: { keys: ['s1', 's2', 's3'], policy: 'user' } } }).start();
    expect(report).toMatchObject({ keys: 3, warmed: 2, failed: 0 });
    expect(cache.peek('s2')?.value).toBe('row');
  });

  it('goes on after failures, of keys and of whole sets, and says how many there were', async () => {
    const load = (key: string) => (key === 'k3' ? Promise.reject(new Error('no k3')) : key);
    const keysThatFail = () => Promise.reject(new Error('no keys'));
    const reports = await open({
      sets: { broken: { keys: keysThatFail, load }, prices: { keys, load }, unfounded: { keys: ['a'] } },
    }).start();
    expect(reports).toEqual([
      expect.objectContaining({ set: 'broken', keys: 0, error: expect.objectContaining({ message: 'no keys' }) }),
      expect.objectContaining({ warmed: 24, failed: 1, error: expect.objectContaining({ message: 'no k3' }) }),
      expect.objectContaining({ failed: 1, error: expect.objectContaining({ code: 'ERR_CACHE_LOADER' }) }),
    ]);
    expect(cache.peek('k4')?.value).toBe('k4');
  });

  it('has never more loads under way than it may, whatever runs', async () => {
    let underWay = 0;
    let most = 0;
    const load = async (key: string) => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      return key;
    };
    const warmer = open({ concurrency: 3, sets: { one: { keys, load }, two: { keys: ['x', 'y', 'z'], load } } });
    await Promise.all([warmer.start(), warmer.warmUp(['u', 'v', 'w'], load)]);
    expect(most).toBe(3);
  });

  it('tells how far it is, with counts and without keys', async () => {
    const warmer = open({ concurrency: 1, sets: { prices: { keys, load: upper } } });
    const told: [string, object][] = [];
    for (const name of ['warm:began', 'warm:progressed', 'warm:ended'] as const) {
      warmer.on(name, (event) => told.push([name, event]));
    }
    await warmer.start();
    expect(told[0]).toEqual(['warm:began', { set: 'prices', keys: 25 }]);
    expect(told.slice(1, -1).map(([, event]) => event)).toEqual(
      [3, 6, 9, 12, 15, 18, 21, 24].map((done) => ({ set: 'prices', keys: 25, done })),
    );
    expect(told.at(-1)).toEqual(['warm:ended', expect.objectContaining({ keys: 25, warmed: 25 })]);
    expect(JSON.stringify(told)).not.toMatch(/k\d/i);
  });

  it('warms again after each interval what has left meanwhile', async () => {
    const load = vi.fn(upper);
    await open({ sets: { prices: { keys: ['a'], policy: 'price', load, every: 5 } } }).start();
    expect(load).toHaveBeenCalledTimes(1);
    clock.advance(10_000);
    await eventually(() => load.mock.calls.length === 2);
    expect(cache.peek('a')?.value).toBe('A');
  });

  it('warms again after an interval also where what gives its keys, and then its loader, has failed', async () => {
    const fail = () => {
      throw new Error('not yet');
    };
    const given = vi.fn(() => ['a']).mockImplementationOnce(fail);
    const load = vi.fn(upper).mockImplementationOnce(fail);
    const warmer = open({ sets: { prices: { keys: given, load, every: 5 } } });
    expect(await warmer.start()).toMatchObject([{ keys: 0, warmed: 0 }]);
    await eventually(() => expect(cache.peek('a')?.value).toBe('A'));
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('brings new data after an invalidation of its tag', async () => {
    let version = 1;
    const load = (key: string) => `${key} v${version}`;
    const warmer = open({ sets: { analytics: { keys: ['a', 'b'], tags: ['analytics'], load } } });
    await warmer.start();
    version = 2;
    await cache.invalidate({ tag: 'analytics' });
    expect(await warmer.warm('analytics')).toMatchObject({ warmed: 2, failed: 0 });
    expect([cache.peek('a')?.value, cache.peek('b')?.value]).toEqual(['a v2', 'b v2']);
  });

  it('replaces what is cached where that is asked for', async () => {
    await cache.set('a', 'old');
    const warmer = open({ sets: { one: { keys: ['a'], load: upper, mode: 'refresh' } } });
    expect(await warmer.start()).toMatchObject([{ warmed: 1, failed: 0 }]);
    expect(cache.peek('a')?.value).toBe('A');
    const loadMany = (keys: readonly string[]) => new Map(keys.map((key) => [key, 'anew']));
    await open({ sets: { many: { keys: ['a'], loadMany, mode: 'refresh' } } }).start();
    expect(cache.peek('a')?.value).toBe('anew');
  });

  it('warms a set, or any keys, when it is told to', async () => {
    const warmer = open({ sets: { prices: { keys: ['a'], load: upper } } });
    expect(await warmer.warm('prices')).toMatchObject({ warmed: 1 });
    expect(await warmer.warmUp(['b', 'b', 'c'], upper, { policy: 'price' })).toMatchObject({ set: 'warmUp', keys: 2 });
    expect(await warmer.warmUp(['s1'], undefined, { policy: 'user' })).toMatchObject({ warmed: 1 });
    expect(cache.stats().policies.price).toMatchObject({ loads: 2 });
    await expect(warmer.warm('others')).rejects.toThrow('set must be one of prices, got "others"');
  });

  it('stops in the middle, once, and begins nothing more', async () => {
    let aborted = false;
    const load = vi.fn((_key: string, { signal }: { signal: AbortSignal }) => {
      return new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => {
          aborted = true;
          reject(new Error('aborted'));
        });
      });
    });
    const warmer = open({ concurrency: 2, sets: { slow: { keys, load, every: 1 }, next: { keys: ['a'], load } } });
    const starting = warmer.start();
    await eventually(() => load.mock.calls.length === 2);
    await Promise.all([warmer.stop(), warmer.stop()]);
    expect(await starting).toMatchObject([
      { set: 'slow', warmed: 0, failed: 2 },
      { set: 'next', warmed: 0 },
    ]);
    expect(aborted).toBe(true);
    expect(load).toHaveBeenCalledTimes(2);
  });

  it.each<[object, string]>([
    [{ concurrency: 0 }, 'concurrency must be'],
    [{ sets: { a: {} } }, "sets.a.keys must be 'hot', an array of keys, or a function"],
    [{ sets: { a: { keys: [], load: 1 } } }, 'sets.a.load must be a function'],
    [{ sets: { a: { keys: [], load: upper, loadMany: upper } } }, 'sets.a must be a set with one of load and loadMany'],
    [{ sets: { a: { keys: [], mode: 'bypass' } } }, "sets.a.mode must be one of 'cached', 'refresh'"],
    [{ sets: { a: { keys: [], every: 0 } } }, 'sets.a.every must be'],
    [{ sets: { a: { keys: [], ttl: 1 } } }, 'sets.a must be an object with only the keys'],
    [{ manifest: { maxKeys: 0 } }, 'manifest.maxKeys must be'],
    [{ manifest: { file: '' } }, 'manifest.file must be'],
    [{ set: {} }, 'warmer must be an object with only the keys'],
  ])('refuses %j: %s', (options, message) => {
    expect(() => createWarmer(cache, options as WarmerOptions<never>)).toThrow(
      expect.objectContaining({ code: 'ERR_CACHE_OPTION', message: expect.stringContaining(message) }),
    );
  });

  it.each([
    ['WarmerOptions', WARMER_DEFAULTS],
    ['ManifestOptions', MANIFEST_DEFAULTS],
  ])('has documented the defaults of %s', (name, defaults) => {
    const documented = documentedDefaults(new URL('warming/warmer-options.ts', import.meta.url), name);
    expect(documented).toEqual(asDocumented(defaults));
  });
});

describe('the keys that are hot', () => {
  it('are those that were read, the newest first, with their policies, without those of subjects', async () => {
    for (const key of ['a', 'b', 'c', 'd']) await cache.set(key, 1, key === 'b' ? { policy: 'price' } : {});
    await cache.set('person', 1, { subject: 'somebody' });
    for (const key of ['person', 'a', 'b', 'd']) cache.peek(key);
    const all = [
      { key: 'd', policy: 'default' },
      { key: 'b', policy: 'price' },
      { key: 'a', policy: 'default' },
    ];
    expect(cache.hotKeys(10)).toEqual(all);
    expect(cache.hotKeys(2)).toEqual(all.slice(0, 2));
    expect(() => cache.hotKeys(0)).toThrow('limit must be');
  });

  describe('kept in a file', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'breakwater-warmer-'));
    });
    afterEach(() => rm(folder, { recursive: true }));

    it('are loaded again by the next process, each with the loader of its policy', async () => {
      const file = join(folder, 'hot-keys.json');
      const load = vi.fn(upper);
      const options: WarmerOptions<'price' | 'user' | 'default'> = {
        sets: { prices: { keys: 'hot', policy: 'price', load }, users: { keys: 'hot', policy: 'user' } },
        manifest: { file },
      };
      const first = open(options);
      expect(await first.start()).toMatchObject([{ keys: 0 }, { keys: 0 }]);
      await cache.setMany(Object.entries({ hot: 1, cold: 2 }), { policy: 'price' });
      await cache.getOrLoad('s1', { policy: 'user' });
      for (const key of ['hot', 's1']) cache.peek(key);
      await first.stop();
      await cache.close();
      expect(await readdir(folder)).toEqual(['hot-keys.json']);

      cache = createCache({ policies, clock });
      expect(await open(options).start()).toMatchObject([{ warmed: 1 }, { warmed: 1 }]);
      expect(load.mock.calls.map(([key]) => key)).toEqual(['hot']);
      expect(cache.peek('s1')?.value).toBe('row');
      expect(cache.peek('cold')).toBeUndefined();
    });

    it.each(['not JSON', '{"a":1}', '[{"key":1}]'])('are none where the file holds %j, which is told', async (text) => {
      const file = join(folder, 'hot-keys.json');
      await writeFile(file, text);
      const warmer = open({ sets: { hot: { keys: 'hot', load: upper } }, manifest: { file } });
      const failed = vi.fn();
      warmer.on('manifest:failed', failed);
      expect(await warmer.start()).toMatchObject([{ keys: 0, failed: 0 }]);
      expect(failed).toHaveBeenCalledTimes(1);
      await warmer.stop();
      expect(await readFile(file, 'utf8')).toBe(text);
    });
  });
});
