import { eventually } from '@breakwater/testkit';
import { describe, expect, it } from 'vitest';
import { cacheInfo, closeDefaultCache, configureDefaultCache } from '../../src/default.ts';
import type { Cache, CacheOptions } from '../../src/index.ts';
import type { InvalidationTarget } from '../../src/targets/target.ts';
import { useOutage } from '../use-outage.ts';

const outage = useOutage();

const load = () => 1;

/** Every call that could wait for Redis. */
const CALLS: Readonly<Record<string, (cache: Cache) => Promise<unknown>>> = {
  get: (cache) => cache.get('k'),
  lookup: (cache) => cache.lookup('k'),
  getMany: (cache) => cache.getMany(['k', 'l']),
  has: (cache) => cache.has('k'),
  hasMany: (cache) => cache.hasMany(['k', 'l']),
  ttl: (cache) => cache.ttl('k'),
  inspect: (cache) => cache.inspect('k'),
  set: (cache) => cache.set('set', 1, { tags: ['new'] }),
  setMany: (cache) => cache.setMany([['set:1', 1]], { policy: 'around', tags: ['newer'] }),
  getOrLoad: (cache) => cache.getOrLoad('loaded', load, { tags: ['newest'] }),
  lookupOrLoad: (cache) => cache.lookupOrLoad('looked for', load),
  loadMany: (cache) => cache.loadMany(['m', 'n'], (keys) => new Map(keys.map((key) => [key, 1]))),
  wrap: (cache) => cache.wrap(load, { key: () => 'wrapped' })(),
  reserve: async (cache) => (await cache.reserve('reserved')).commit(1),
  reserveToFill: async (cache) => (await cache.reserveToFill('filled'))?.commit(1),
  invalidate: (cache) => cache.invalidate({ tag: ['x', 'y'] }),
  expire: (cache) => cache.expire({ pattern: 'k*' }),
  delete: (cache) => cache.delete('k'),
  take: (cache) => cache.take('k'),
  clear: (cache) => cache.clear(),
  forget: (cache) => cache.forget('ada'),
  keys: (cache) => cache.keys('*'),
  dryRun: (cache) => cache.dryRun({ tag: 'x' }),
  describeTag: (cache) => cache.describeTag('x'),
  ack: (cache) => cache.ack({ within: '100ms' }),
  demand: (cache) => cache.demand('somebody.1', { within: '100ms' }),
  drain: (cache) => cache.drain(),
};
const AT_ONCE = ['audit', 'close', 'hotKeys', 'on', 'peek', 'rules', 'setMode', 'space', 'stats', 'token'];

const OPTIONS = {
  deadlineMs: '200ms',
  policies: { around: { write: 'around' } },
  encryption: { keys: [{ id: 'k1', secret: 'a-secret-of-more-than-thirty-two-letters' }] },
} satisfies Partial<CacheOptions>;

describe.each(outage.clients)('a cache on %s', (_name, connect) => {
  it.each([
    ['silent', () => outage.server.freeze()],
    ['dead', () => outage.server.kill()],
  ])('whose Redis is %s answers every call, without an error, and closes', async (_how, disturb) => {
    const cache = await outage.open('app', { ...OPTIONS, redis: connect('200ms') });
    expect([...Object.keys(CALLS), ...AT_ONCE].toSorted()).toEqual(Object.keys(cache).toSorted());
    await cache.set('held', 'value', { tags: ['x'] });
    await disturb();
    // The second time the cache knows that Redis is away.
    for (const round of ['first', 'second']) {
      const unanswered = new Set(Object.keys(CALLS));
      const errors: unknown[] = [];
      for (const [call, run] of Object.entries(CALLS)) {
        run(cache)
          .catch((error: unknown) => errors.push(`${call}, the ${round} time: ${error}`))
          .finally(() => unanswered.delete(call));
      }
      await eventually(() => expect([...unanswered]).toEqual([]));
      expect(errors).toEqual([]);
    }
    expect(cache.stats().redis.state).toBe('down');
    await cache.close();
  });
});

describe('an outage', () => {
  const keys = Array.from({ length: 30 }, (_, index) => `k:${index}`);

  async function openFilled() {
    const cache = await outage.open('app');
    const heard: string[] = [];
    for (const event of ['outage:began', 'outage:ended'] as const) cache.on(event, () => heard.push(event));
    await cache.setMany(
      keys.map((key) => [key, 1]),
      { tags: ['x'] },
    );
    return { cache, heard };
  }

  it.each<InvalidationTarget>([{ key: 'k:1' }, { tag: 'x' }, { pattern: 'k:*' }, { all: true }])(
    'does not end with a dry run of %j',
    async (target) => {
      const { cache, heard } = await openFilled();
      await outage.server.kill();
      await cache.get('missing');
      expect(await cache.dryRun(target, { budget: '20s' })).toMatchObject({ redis: { isComplete: false } });
      expect(heard).toEqual(['outage:began']);
    },
  );

  it.each([
    ['cannot go on', '100/s'],
    ['is stopped', '1/h'],
  ] as const)('does not end with an invalidation at a pace that %s', async (_what, pace) => {
    const { cache, heard } = await openFilled();
    const stop = new AbortController();
    const going = cache.invalidate({ tag: 'x' }, { pace, signal: stop.signal });
    await eventually(async () => expect((await cache.getMany(keys)).size).toBeLessThan(30));
    await outage.server.kill();
    await eventually(async () => {
      await cache.get('missing');
      expect(heard).toEqual(['outage:began']);
    });
    if (pace === '1/h') stop.abort();
    expect(await going).toMatchObject({ isComplete: false });
    expect(heard).toEqual(['outage:began']);
  });
});

it('a glance at the default cache says whether Redis answers', async () => {
  const cache = configureDefaultCache({ redis: outage.openPool() });
  try {
    await cache.get('k');
    expect(cacheInfo()).toMatchObject({ circuitBreaker: 'closed', cacheLevels: { l2: { state: 'up' } } });
    expect(cacheInfo().metrics.avgGetTimeMs).toBeGreaterThan(0);
    await outage.server.kill();
    await cache.get('k');
    expect(cacheInfo()).toMatchObject({ circuitBreaker: 'open', cacheLevels: { l2: { state: 'down' } } });
  } finally {
    await closeDefaultCache();
  }
});
