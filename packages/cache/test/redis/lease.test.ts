import { eventually } from '@breakwater/testkit';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Cache, LoadContext, PolicyOptions } from '../../src/index.ts';
import { createGatedLoader } from '../gated-loader.ts';
import { deafRedis, gateRedis } from '../gated-redis.ts';
import { hearAll } from '../instances.ts';
import { useRedis } from '../use-redis.ts';

/** Longer than any test: who waits is let go by what happens, not by the time. */
const PATIENT: PolicyOptions = { load: { leaseWait: '10m' } };
const POLICIES: Record<string, PolicyOptions> = {
  default: PATIENT,
  hasty: { load: { leaseWait: '50ms' } },
  alone: { load: { lease: 'process' } },
  stale: { ...PATIENT, ttl: '1s', staleWhileRevalidate: '10m' },
  spare: { ttl: '1s', staleIfError: '10m', load: { leaseWait: '50ms' } },
};

const instances = useRedis();
let caches: Cache[];

beforeEach(async () => {
  caches = await Promise.all([0, 1, 2].map(() => instances.open(instances.name, { policies: POLICIES })));
});

const leaseKey = () => `bw:1:${instances.name}:lease:{k}`;
const lease = () => instances.client().get(leaseKey());

/** Until `cache` waits for the load of another. */
async function waits(...waiting: Cache[]): Promise<void> {
  for (const cache of waiting) await eventually(() => cache.stats().total.leasesAwaited > 0);
}

describe('a key that another process is loading', () => {
  it('is waited for, and loaded once', async () => {
    const [a, b, c] = caches as [Cache, Cache, Cache];
    const loader = createGatedLoader();
    const loading = caches.map((cache) => cache.getOrLoad('k', loader.load));
    await loader.begun(1);
    await eventually(() => caches.filter((cache) => cache.stats().total.leasesAwaited === 1).length === 2);
    loader.finish('value');
    expect(await Promise.all(loading)).toEqual(['value', 'value', 'value']);
    expect(loader.runs()).toBe(1);
    expect(await lease()).toBeNull();
    const totals = [a, b, c].map((cache) => cache.stats().total);
    expect(totals.map(({ leasesTaken }) => leasesTaken).sort()).toEqual([0, 0, 1]);
    expect(totals.map(({ coalesced }) => coalesced).sort()).toEqual([0, 1, 1]);
    expect(totals.every(({ leasesTimedOut }) => leasesTimedOut === 0)).toBe(true);
  });

  it('is told of as from a load that another caller had begun', async () => {
    const [a, b] = caches as [Cache, Cache];
    const loader = createGatedLoader();
    const first = a.lookupOrLoad('k', loader.load);
    await loader.begun(1);
    const others = [b.lookupOrLoad('k', loader.load), b.lookupOrLoad('k', loader.load)];
    await waits(b);
    loader.finish('value');
    expect((await first).source).toBe('loader');
    expect((await Promise.all(others)).map(({ source }) => source)).toEqual(['coalesced', 'coalesced']);
    expect(b.stats().total).toMatchObject({ coalesced: 2, hitRedis: 0, loads: 0 });
  });

  it('costs the one that loads no call of Redis beside those it makes anyway, where its tags are new', async () => {
    const gate = gateRedis(instances.client());
    const cache = await instances.open(`${instances.name}-trips`, { redis: gate.client });
    expect(await cache.getOrLoad('k', () => 1, { tags: ['x'] })).toBe(1);
    expect([gate.replied('mgetBuffer'), gate.replied('evalsha')]).toEqual([1, 2]);
  });

  it('is found by who looked for it just before it was stored, and asks for the lease just after', async () => {
    const [a] = caches as [Cache];
    const gate = gateRedis(instances.client());
    const b = await instances.open(instances.name, { redis: gate.client, policies: POLICIES });
    const loader = createGatedLoader();
    const first = a.getOrLoad('k', loader.load);
    await loader.begun(1);
    const release = gate.holdCommands('evalsha');
    const second = b.getOrLoad('k', loader.load);
    await eventually(() => gate.replied('mgetBuffer') > 0);
    loader.finish('value');
    await first;
    release();
    expect(await second).toBe('value');
    expect(loader.runs()).toBe(1);
  });

  it.each([
    ['with a value', 'finish', 1],
    ['with an error', 'fail', 2],
  ] as const)('wakes those who wait when it ends %s, without a question of theirs', async (_how, end, runs) => {
    const [a, b] = caches as [Cache, Cache];
    const loader = createGatedLoader();
    const first = a.getOrLoad('k', loader.load).catch(() => 'failed');
    await loader.begun(1);
    // Nobody asks by the time any more.
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const second = b.getOrLoad('k', loader.load);
    await waits(b);
    loader[end]('value');
    await first;
    await loader.begun(runs);
    loader.finish('value');
    expect(await second).toBe('value');
    expect(loader.runs()).toBe(runs);
  });

  it('is asked for again and again where no message comes', async () => {
    const [a] = caches as [Cache];
    const deaf = instances.openUnheard(instances.name, { redis: deafRedis(instances.client()), policies: POLICIES });
    const loader = createGatedLoader();
    const first = a.getOrLoad('k', loader.load);
    await loader.begun(1);
    const second = deaf.getOrLoad('k', loader.load);
    await waits(deaf);
    loader.finish('value');
    expect(await Promise.all([first, second])).toEqual(['value', 'value']);
    expect(loader.runs()).toBe(1);
  });

  it('is not waited for longer than leaseWait', async () => {
    const [a, b] = caches as [Cache, Cache];
    const loader = createGatedLoader();
    const first = a.getOrLoad('k', loader.load);
    await loader.begun(1);
    expect(await b.getOrLoad('k', () => 'own', { policy: 'hasty' })).toBe('own');
    expect(b.stats().total).toMatchObject({ leasesAwaited: 1, leasesTimedOut: 1, loads: 1 });
    loader.finish('value');
    expect(await first).toBe('value');
  });

  it('is not waited for any longer by who can no longer ask Redis', async () => {
    const [a] = caches as [Cache];
    const gate = gateRedis(instances.client());
    const b = await instances.open(instances.name, { redis: gate.client, policies: POLICIES });
    const loader = createGatedLoader();
    const first = a.getOrLoad('k', loader.load);
    await loader.begun(1);
    const second = b.getOrLoad('k', () => 'own');
    await waits(b);
    const repair = gate.failCommands('evalsha');
    expect(await second).toBe('own');
    repair();
    loader.finish('value');
    expect(await first).toBe('value');
  });

  it('is loaded by every process where the policy says so', async () => {
    const loader = createGatedLoader();
    const loading = caches.map((cache) => cache.getOrLoad('k', loader.load, { policy: 'alone' }));
    await loader.begun(3);
    expect(await lease()).toBeNull();
    loader.finish('value');
    await Promise.all(loading);
  });

  it('is left to the caller that aborts its waiting', async () => {
    const [a, b] = caches as [Cache, Cache];
    const loader = createGatedLoader();
    const first = a.getOrLoad('k', loader.load);
    await loader.begun(1);
    const controller = new AbortController();
    const second = b.getOrLoad('k', loader.load, { signal: controller.signal });
    await waits(b);
    controller.abort(new Error('gone'));
    await expect(second).rejects.toThrow('gone');
    loader.finish('value');
    await first;
    expect(loader.runs()).toBe(1);
  });

  it('is set by a third: those who wait get that', async () => {
    const [a, b, c] = caches as [Cache, Cache, Cache];
    const loader = createGatedLoader();
    const first = a.getOrLoad('k', loader.load);
    await loader.begun(1);
    const second = b.getOrLoad('k', loader.load);
    await waits(b);
    await c.set('k', 'set');
    expect(await second).toBe('set');
    loader.finish('loaded');
    await first;
    expect(await b.get('k')).toBe('set');
  });
});

describe('a load that has waited for another process', () => {
  it.each([{ key: 'k' }, { tag: 'x' }, { pattern: 'k*' }])(
    'keeps what it brings: the invalidation %j ended the other’s load, before its own began',
    async (target) => {
      const [a, b, c] = caches as [Cache, Cache, Cache];
      const overtaken = createGatedLoader();
      const first = a.getOrLoad('k', overtaken.load, { tags: ['x'] });
      await overtaken.begun(1);
      const loader = createGatedLoader();
      // It asks again when it is woken, behind the invalidation, and not by the time, as it comes.
      vi.useFakeTimers({ toFake: ['setTimeout'] });
      onTestFinished(() => void vi.useRealTimers());
      const second = b.getOrLoad('k', loader.load, { tags: ['x'] });
      await waits(b);
      await c.invalidate(target);
      await loader.begun(1);
      loader.finish('new');
      expect(await second).toBe('new');
      expect(b.stats().total.fenced).toBe(0);
      expect(await c.get('k')).toBe('new');
      overtaken.finish('old');
      await first;
      expect(await c.get('k')).toBe('new');
    },
  );
});

describe('a load that comes to nothing', () => {
  it('because it fails is followed by one other, and its error is its callers’ alone', async () => {
    const [a, b, c] = caches as [Cache, Cache, Cache];
    const loader = createGatedLoader();
    const first = a.getOrLoad('k', loader.load);
    await loader.begun(1);
    const others = [b, c].map((cache) => cache.getOrLoad('k', loader.load));
    await waits(b, c);
    loader.fail('no price');
    await expect(first).rejects.toThrow('no price');
    await loader.begun(2);
    await eventually(async () => (await lease())?.endsWith('+') === true);
    expect(loader.running()).toBe(1);
    loader.finish('value');
    expect(await Promise.all(others)).toEqual(['value', 'value']);
    expect(loader.runs()).toBe(2);
  });

  it.each<[string, (value: Promise<string>, context: LoadContext) => unknown]>([
    [
      'that its loader skips',
      (value, { skip }) => {
        skip();
        return value;
      },
    ],
    ['of nothing, which is not to be kept', (value) => value.then(() => null)],
    ['too large to be kept', (value) => value.then((text) => text.repeat(2000))],
  ])('because it has a value %s lets all others load by themselves', async (_what, made) => {
    const [, b, c] = caches as [Cache, Cache, Cache];
    const loader = createGatedLoader();
    const a = await instances.open(instances.name, {
      policies: { default: { load: { leaseWait: '10m', negativeTtl: 0 } } },
      maxEntrySize: '1kb',
    });
    const first = a.getOrLoad('k', (_key, context) => made(loader.load(), context));
    await loader.begun(1);
    const others = [b, c].map((cache) => cache.getOrLoad('k', loader.load));
    await waits(b, c);
    loader.finish('mine');
    await first;
    await eventually(() => loader.running() === 2);
    loader.finish('value');
    expect(await Promise.all(others)).toEqual(['value', 'value']);
    expect(await instances.client().pttl(leaseKey())).toBeGreaterThan(0);
  });

  it('because it is invalidated holds up nobody who begins after that', async () => {
    for (const target of [{ key: 'k' }, { tag: 'x' }, { pattern: 'k*' }]) {
      const [a, b, c] = caches as [Cache, Cache, Cache];
      const loader = createGatedLoader();
      const first = a.getOrLoad('k', loader.load, { tags: ['x'] });
      await loader.begun(1);
      await b.invalidate(target);
      await hearAll(a, b);
      expect(await c.getOrLoad('k', () => 'new', { tags: ['x'] })).toBe('new');
      loader.finish('old');
      expect(await first).toBe('old');
      expect(await b.get('k')).toBe('new');
      await b.delete('k');
      await hearAll(c, b);
    }
  });
});

describe('a stale entry', () => {
  /** Stored by one, and aged in Redis and in the memory of all. */
  async function age(policy: string): Promise<void> {
    const [a] = caches as [Cache];
    await a.set('k', 'old', { policy });
    await eventually(async () => (await a.ttl('k')) === undefined);
  }

  it('is served while another process refreshes it, and refreshed by that one alone', async () => {
    await age('stale');
    const loader = createGatedLoader();
    const served = await Promise.all(caches.map((cache) => cache.getOrLoad('k', loader.load, { policy: 'stale' })));
    expect(served).toEqual(['old', 'old', 'old']);
    await loader.begun(1);
    await eventually(() => caches.filter((cache) => cache.stats().total.leasesAwaited === 1).length === 2);
    expect(await caches[1]?.getOrLoad('k', loader.load, { policy: 'stale' })).toBe('old');
    loader.finish('new');
    // Those that waited bring it to their memory.
    await eventually(() => caches.every((cache) => cache.peek('k')?.value === 'new'));
    expect(loader.runs()).toBe(1);
  });

  it('is better than to load once the waiting is over', async () => {
    await age('spare');
    const [a, b] = caches as [Cache, Cache];
    const loader = createGatedLoader();
    const first = a.getOrLoad('k', loader.load, { policy: 'spare' });
    await loader.begun(1);
    expect(await b.getOrLoad('k', loader.load, { policy: 'spare' })).toBe('old');
    expect(b.stats().total).toMatchObject({ leasesTimedOut: 1, stale: 1, loads: 0 });
    loader.finish('new');
    expect(await first).toBe('new');
  });
});

describe('many keys, of which another process loads some,', () => {
  it('are loaded without those, which are waited for', async () => {
    const [a, b] = caches as [Cache, Cache];
    const loader = createGatedLoader();
    const first = a.getOrLoad('k', loader.load);
    await loader.begun(1);
    const asked: (readonly string[])[] = [];
    const many = b.loadMany(['k', 'l', 'm'], (keys) => {
      asked.push(keys);
      return new Map(keys.map((key) => [key, `${key} of b`]));
    });
    await eventually(async () => (await a.get('m')) === 'm of b');
    loader.finish('k of a');
    await first;
    expect(await many).toEqual(
      new Map([
        ['k', 'k of a'],
        ['l', 'l of b'],
        ['m', 'm of b'],
      ]),
    );
    expect(asked).toEqual([['l', 'm']]);
  });

  it('are loaded after the waiting was in vain, together', async () => {
    const [a, b] = caches as [Cache, Cache];
    const loader = createGatedLoader();
    const held = ['k', 'l'].map((key) => a.getOrLoad(key, loader.load));
    await loader.begun(2);
    const asked: (readonly string[])[] = [];
    const many = b.loadMany(['k', 'l', 'm'], (keys) => {
      asked.push(keys);
      return new Map(keys.map((key) => [key, 'b']));
    });
    await waits(b);
    await eventually(() => asked.length === 1);
    loader.fail('no price');
    await Promise.allSettled(held);
    expect([...(await many).values()]).toEqual(['b', 'b', 'b']);
    expect(asked.flat().sort()).toEqual(['k', 'l', 'm']);
    expect(asked[0]).toEqual(['m']);
  });
});
