import { eventually } from '@breakwater/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Cache, PolicyOptions } from '../../src/index.ts';
import { createGatedLoader } from '../gated-loader.ts';
import { gateRedis } from '../gated-redis.ts';
import { useRedis } from '../use-redis.ts';

/** Longer than any test: who waits is let go by what happens, not by the time. */
const POLICIES: Record<string, PolicyOptions> = { default: { load: { leaseWait: '10m' } } };

const instances = useRedis();
let caches: Cache[];

beforeEach(async () => {
  caches = await Promise.all([0, 1].map(() => instances.open(instances.name, { policies: POLICIES })));
});

const leaseKey = () => `bw:1:${instances.name}:lease:{k}`;
const lease = () => instances.client().get(leaseKey());

describe('a lease', () => {
  it('has a ttl, and is renewed while the loader runs', async () => {
    const [a] = caches as [Cache];
    const redis = instances.client();
    const loader = createGatedLoader();
    const loading = a.getOrLoad('k', loader.load);
    await loader.begun(1);
    expect(await redis.pttl(leaseKey())).toBeGreaterThan(0);
    await redis.pexpire(leaseKey(), 2000);
    await eventually(async () => (await redis.pttl(leaseKey())) > 2000);
    loader.finish('value');
    await loading;
  });

  it('whose renewal does not come to Redis is held all the same, and released when its load ends', async () => {
    const gate = gateRedis(instances.client());
    const cache = await instances.open(instances.name, { redis: gate.client, policies: POLICIES });
    const loader = createGatedLoader();
    const loading = cache.getOrLoad('k', loader.load);
    await loader.begun(1);
    const token = await lease();
    const repair = gate.failCommands('evalsha');
    await eventually(() => gate.failed('evalsha') > 0);
    // However slow the machine: it does not run out before the end of the load.
    await instances.client().set(leaseKey(), String(token), 'PX', 60_000);
    repair();
    loader.fail('no price');
    await expect(loading).rejects.toThrow('no price');
    await cache.drain();
    expect(await lease()).toBeNull();
  });

  it('is not released by who lost it', async () => {
    const [a] = caches as [Cache];
    const redis = instances.client();
    for (const end of ['finish', 'fail'] as const) {
      const loader = createGatedLoader();
      const loading = a.getOrLoad('k', loader.load);
      await loader.begun(1);
      await redis.set(leaseKey(), 'somebody.else', 'PX', 60_000);
      loader[end]('value');
      await loading.catch(() => {});
      await a.set('after', 1);
      expect(await lease()).toBe('somebody.else');
      await redis.del(leaseKey());
    }
  });

  it('ends with its load also where the commit did not come to Redis', async () => {
    const redis = instances.client();
    const client = gateRedis(redis).client;
    const losing = {
      ...client,
      get status() {
        return redis.status;
      },
      evalsha: (...request: Parameters<typeof client.evalsha>) =>
        request.includes('commit') ? Promise.reject(new Error('lost on purpose')) : client.evalsha(...request),
    };
    const cache = await instances.open(instances.name, { redis: losing, policies: POLICIES });
    expect(await cache.getOrLoad('k', () => 1)).toBe(1);
    await cache.drain();
    expect(cache.stats().total.leasesTaken).toBe(1);
    expect(await lease()).toBeNull();
  });

  it('that was lost keeps its load from being stored over what came after it', async () => {
    const [paused, other] = caches as [Cache, Cache];
    const redis = instances.client();
    const loader = createGatedLoader();
    const loading = paused.getOrLoad('k', loader.load);
    await loader.begun(1);
    await redis.del(leaseKey());
    expect(await other.getOrLoad('k', () => 'newer')).toBe('newer');
    loader.finish('older');
    expect(await loading).toBe('older');
    expect(paused.stats().total.fenced).toBe(1);
    expect(await paused.get('k')).toBe('newer');
  });

  it('that was lost to nobody lets its load be stored', async () => {
    const [a, b] = caches as [Cache, Cache];
    const loader = createGatedLoader();
    const loading = a.getOrLoad('k', loader.load);
    await loader.begun(1);
    await instances.client().del(leaseKey());
    loader.finish('value');
    await loading;
    expect(await b.get('k')).toBe('value');
  });
});
