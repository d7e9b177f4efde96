import { createManualClock, eventually } from '@breakwater/testkit';
import { describe, expect, it, vi } from 'vitest';
import type { Cache } from '../../src/index.ts';
import { gateRedis } from '../gated-redis.ts';
import { useOutage } from '../use-outage.ts';

const outage = useOutage();

describe.each(outage.clients)('a cache on %s whose Redis is killed', (_name, connect) => {
  it('goes on in memory without one error, and comes back by itself', async () => {
    const cache = await outage.open('app', { redis: connect() });
    const heard: string[] = [];
    for (const event of ['outage:began', 'outage:ended'] as const) cache.on(event, () => heard.push(event));
    await cache.set('before', 1);
    await outage.server.kill();

    expect(await cache.get('before')).toBe(1);
    await cache.set('during', 2, { tags: ['x'] });
    expect(await cache.get('during')).toBe(2);
    expect(await cache.getOrLoad('loaded', () => 3)).toBe(3);
    expect(await cache.getOrLoad('loaded', () => 4)).toBe(3);
    expect(await cache.get('missing')).toBeUndefined();
    const reservation = await cache.reserve('reserved', { tags: ['x'] });
    expect(await reservation.commit(5)).toBe(true);
    expect(await cache.invalidate({ tag: 'x' })).toEqual({
      memoryEntries: 2,
      redisKeys: 0,
      tags: ['x'],
      unknownTags: [],
      shared: false,
      isComplete: true,
    });
    expect(await cache.invalidate({ pattern: 'loaded' })).toMatchObject({ memoryEntries: 1, shared: false });
    expect(cache.stats().redis.state).toBe('down');
    await eventually(() => !cache.stats().bus.connected);

    await outage.server.restart();
    await eventually(() => cache.stats().redis.state === 'up' && cache.stats().bus.connected);
    expect(heard).toEqual(['outage:began', 'outage:ended']);
    const { replays, flushes } = cache.stats().bus;
    expect(replays + flushes).toBe(1);
    await cache.set('after', 6);
    const other = await outage.open('app');
    expect(await other.get('after')).toBe(6);
    expect(await other.get('before')).toBe(1);
  });

  it('knows that Redis is back without traffic, for an instance may get none while it says that Redis is away', async () => {
    const cache = await outage.open('app', { redis: connect() });
    await outage.server.kill();
    await cache.get('anything');
    expect(cache.stats().redis.state).toBe('down');
    await outage.server.restart();
    await eventually(() => cache.stats().redis.state === 'up');
  });

  it('sends what was invalidated meanwhile before it reads, so that nothing comes back', async () => {
    const cache = await outage.open('app', { redis: connect() });
    const bystander = await outage.open('app');
    const targets = [{ key: 'key' }, { tag: 'tag' }, { pattern: 'pat*' }] as const;
    for (const key of ['key', 'tagged', 'pattern', 'kept']) await cache.set(key, 'old', { tags: [key.slice(0, 3)] });
    await cache.set('tagged', 'old', { tags: ['tag'] });
    await cache.set('written', 'old');
    await outage.server.kill();
    await eventually(() => !bystander.stats().bus.connected);
    for (const target of targets) expect(await cache.invalidate(target)).toMatchObject({ shared: false });
    await cache.set('written', 'new');
    await outage.server.restart();

    await eventually(async () => (await cache.get('kept')) === 'old');
    for (const key of ['key', 'tagged', 'pattern']) expect(await cache.get(key)).toBeUndefined();
    for (const key of ['key', 'tagged', 'pattern', 'written']) {
      await eventually(async () => expect(await bystander.get(key)).not.toBe('old'));
    }
    await eventually(async () => (await bystander.get('kept')) === 'old');
  });

  it.each<[string, (cache: Cache) => Promise<unknown>, mayServe: readonly unknown[]]>([
    [
      'more was invalidated than can be remembered',
      (cache) => cache.invalidate({ key: Array.from({ length: 10_001 }, (_, index) => `k${index}`) }),
      // Memory knows that it was not invalidated itself.
      [undefined, 'old'],
    ],
    ['it was cleared meanwhile', (cache) => cache.clear(), [undefined]],
  ])('clears the namespace in Redis when %s', async (_when, invalidate, mayServe) => {
    const cache = await outage.open('app', { redis: connect() });
    await cache.set('kept', 'old');
    await outage.server.kill();
    await invalidate(cache);
    await outage.server.restart();
    const other = await outage.open('app');
    const served = new Set<unknown>();
    await eventually(async () => {
      served.add(await cache.get('kept'));
      return (await other.get('kept')) === undefined;
    });
    expect(mayServe).toEqual(expect.arrayContaining([...served]));
    await eventually(async () => expect(await cache.get('kept')).toBeUndefined());
    await eventually(() => cache.stats().redis.state === 'up' && cache.stats().bus.connected);
    await cache.set('kept', 'new');
    await eventually(async () => expect(await other.get('kept')).toBe('new'));
  });
});

describe.each(outage.clients)('a cache on %s whose Redis is silent', (_name, connect) => {
  it('serves, and forgets nothing that was invalidated or written meanwhile', async () => {
    const cache = await outage.open('app', { redis: connect('200ms'), deadlineMs: '300ms' });
    const other = await outage.open('app', { deadlineMs: '300ms' });
    await cache.set('key', 'old');
    await cache.set('tagged', 'old', { tags: ['tag'] });
    await cache.set('written', 'old');
    outage.server.freeze();
    expect(await cache.invalidate({ key: 'key' })).toMatchObject({ shared: false });
    expect(await cache.invalidate({ tag: 'tag' })).toMatchObject({ shared: false });
    await cache.set('written', 'new');
    expect(await cache.get('written')).toBe('new');
    expect(await cache.getOrLoad('loaded', () => 'value')).toBe('value');
    expect(cache.stats().redis.state).toBe('down');
    outage.server.thaw();
    await eventually(() => cache.stats().redis.state === 'up');
    expect(await cache.get('key')).toBeUndefined();
    expect(await cache.get('tagged')).toBeUndefined();
    for (const key of ['key', 'tagged', 'written']) {
      await eventually(async () => expect(await other.get(key)).not.toBe('old'));
    }
  });
});

describe('a cache on our pool', () => {
  it('does not wait for a silent Redis once the circuit is open', async () => {
    const pool = outage.openPool({ deadlineMs: '200ms', breaker: { resetAfter: '60s' } });
    const cache = await outage.open('app', { redis: pool });
    outage.server.freeze();
    await eventually(async () => {
      await cache.get('probe');
      return pool.stats().circuit === 'open';
    });
    const { deadlineFailures, rejections } = pool.stats();
    for (let index = 0; index < 20; index += 1) {
      await cache.getOrLoad(`k${index}`, () => index, { tags: [`t${index}`] });
      await cache.set(`s${index}`, index, { tags: [`u${index}`] });
      await cache.invalidate({ tag: `t${index}` });
    }
    expect(pool.stats().deadlineFailures).toBe(deadlineFailures);
    expect(pool.stats().rejections).toBeGreaterThan(rejections);
  });
});

describe('a write of what is due, while Redis is away', () => {
  it('finds that out by one question, and does not send all that is due', async () => {
    const redis = outage.openPool();
    const { client } = gateRedis(redis);
    let sent = 0;
    const counted = {
      ...client,
      get status() {
        return redis.status;
      },
      evalsha(...request: Parameters<typeof client.evalsha>) {
        sent += 1;
        return client.evalsha(...request);
      },
    };
    const cache = await outage.open('app', { redis: counted });
    await outage.server.kill();
    const keys = Array.from({ length: 1000 }, (_, index) => `k${index}`);
    await cache.invalidate({ key: keys });
    await eventually(() => cache.stats().redis.state === 'down');
    await cache.drain();
    const before = sent;
    for (const key of keys.slice(0, 20)) await cache.set(key, 'new');
    expect(sent).toBe(before);
    expect(await cache.get('k0')).toBe('new');
    await outage.server.restart();
    const other = await outage.open('app');
    await eventually(async () => {
      await cache.set('k0', 'newer');
      return (await other.get('k0')) === 'newer';
    });
  });
});

describe('a cache that starts before its Redis', () => {
  it.each(outage.clients)('serves from memory on %s, and joins the others when Redis comes', async (_name, connect) => {
    await outage.server.kill();
    const cache = outage.openUnheard('app', { redis: connect() });
    const loader = vi.fn(() => 1);
    await cache.getOrLoad('k', loader);
    expect(await cache.getOrLoad('k', loader)).toBe(1);
    expect(loader).toHaveBeenCalledTimes(1);
    await outage.server.restart();
    await eventually(() => cache.stats().bus.connected);
    await eventually(async () => {
      await cache.set('k', 2);
      return cache.stats().redis.state === 'up';
    });
    const other = await outage.open('app');
    await eventually(async () => (await other.get('k')) === 2);
  });
});

describe('an instance that cannot hear', () => {
  it('serves from memory for no longer than blindTtl', async () => {
    const clock = createManualClock(Date.now());
    const cache = await outage.open('app', { clock, memory: { blindTtl: '300ms' } });
    await outage.server.kill();
    await eventually(() => !cache.stats().bus.connected);
    await cache.set('k', 1);
    clock.advance(299);
    expect(cache.peek('k')?.value).toBe(1);
    clock.advance(1);
    expect(cache.peek('k')).toBeUndefined();
  });
});
