import { setImmediate } from 'node:timers/promises';
import type { RedisSubscriber } from '@breakwater/core/redis';
import { eventually, type FaultProxy, startFaultProxy } from '@breakwater/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Announcement } from '../../src/bus/announcement.ts';
import { encodeBeat, encodeMessage } from '../../src/bus/bus-message.ts';
import type { BusOptions, Cache } from '../../src/index.ts';
import { createGatedLoader } from '../gated-loader.ts';
import { type GatedRedis, gateRedis } from '../gated-redis.ts';
import { createInstances, hearAll } from '../instances.ts';
import { useRedis } from '../use-redis.ts';

/** Only what the cache hears comes through the proxy; its commands go straight to Redis. */
let proxy: FaultProxy;
const instances = useRedis();
const proxied = createInstances(() => proxy.url);
let gate: GatedRedis;
let subscriber: RedisSubscriber;
let cache: Cache;
let other: Cache;
let name = '';
let count = 0;
let flushed = vi.fn();

beforeAll(async () => {
  proxy = await startFaultProxy(instances.server.port);
});
beforeEach(async () => {
  proxy.heal();
  await openBoth();
});

const policies = { 'each process': { load: { lease: 'process' } }, tagged: { tags: ['x'] } } as const;

async function openBoth(bus: BusOptions = {}): Promise<void> {
  count += 1;
  name = `n${count}`;
  flushed = vi.fn();
  gate = gateRedis(instances.client());
  [cache, other] = await Promise.all([openProxied(gate, bus), instances.open(name)]);
  cache.on('bus:flushed', flushed);
  await other.set('kept', 1);
  await other.set('k', 'old', { tags: ['x'] });
  await hearAll(cache, other);
  await cache.get('k');
  await cache.get('kept');
}

function openProxied({ client }: GatedRedis, bus: BusOptions = {}): Promise<Cache> {
  const listener = proxied.client();
  function duplicate(settings?: object): RedisSubscriber {
    subscriber = listener.duplicate(settings);
    return subscriber;
  }
  return instances.open(name, { redis: { ...client, status: 'ready', duplicate }, bus, policies });
}
afterAll(async () => {
  // Their subscribers stand on the proxy.
  await Promise.all([instances.close(), proxied.close()]);
  await proxy.close();
});

const record = () => `bw:1:${name}:bus:{record}`;

/** What is said meanwhile is missed. */
async function interrupt(meanwhile: () => Promise<unknown>): Promise<void> {
  proxy.inject({ kind: 'drop' });
  await eventually(() => !cache.stats().bus.connected);
  await meanwhile();
  proxy.heal();
  await eventually(() => cache.stats().bus.connected);
}

describe('what was said while the connection was lost', () => {
  it.each([{ key: 'k' }, { tag: 'x' }, { pattern: 'k?' }, { pattern: 'k' }])(
    'is made up for: %j leaves memory, and all else stays',
    async (target) => {
      const named = 'pattern' in target && target.pattern === 'k?' ? 'old' : undefined;
      await interrupt(() => other.invalidate(target));
      expect(cache.peek('k')?.value).toBe(named);
      expect(cache.peek('kept')?.value).toBe(1);
      expect(cache.stats().bus).toMatchObject({ replays: 1, flushes: 0 });
      expect(flushed).not.toHaveBeenCalled();
    },
  );

  it('is waited for, blind, where Redis does not answer', async () => {
    proxy.inject({ kind: 'drop' });
    await eventually(() => !cache.stats().bus.connected);
    await other.invalidate({ key: 'k' });
    const repair = gate.failCommands('xrange');
    proxy.heal();
    await eventually(() => gate.failed('xrange') > 1);
    expect(cache.stats().bus.connected).toBe(false);
    repair();
    await eventually(() => cache.stats().bus.connected);
    expect(cache.stats().bus).toMatchObject({ replays: 1, flushes: 0 });
    expect(cache.peek('k')).toBeUndefined();
    expect(cache.peek('kept')?.value).toBe(1);
  });

  it('is made up for, though others are heard before the record can be read', async () => {
    const third = await instances.open(name);
    proxy.inject({ kind: 'drop' });
    await eventually(() => !cache.stats().bus.connected);
    await other.invalidate({ key: 'k' });
    const repair = gate.failCommands('xrange');
    proxy.heal();
    await eventually(() => gate.failed('xrange') > 0);
    const { received } = cache.stats().bus;
    await third.set('another', 1);
    await eventually(() => expect(cache.stats().bus.received).toBeGreaterThan(received));
    repair();
    await eventually(() => cache.stats().bus.connected);
    expect(cache.peek('k')).toBeUndefined();
    expect(cache.peek('kept')?.value).toBe(1);
  });

  it('is not taken for made up for where the connection is lost again before the record has answered', async () => {
    proxy.inject({ kind: 'drop' });
    await eventually(() => !cache.stats().bus.connected);
    const answer = gate.holdReplies('xrange');
    proxy.heal();
    await eventually(() => expect(gate.replied('xrange')).toBe(1));
    proxy.inject({ kind: 'drop' });
    await eventually(() => expect(subscriber.status).not.toBe('ready'));
    await other.invalidate({ key: 'k' });
    answer();
    await setImmediate();
    expect(cache.stats().bus.connected).toBe(false);
    proxy.heal();
    await eventually(() => cache.stats().bus.connected);
    expect(cache.stats().bus).toMatchObject({ replays: 1, flushes: 0 });
    expect(cache.peek('k')).toBeUndefined();
  });

  it('is asked for no longer by a cache that is closed', async () => {
    const watcherGate = gateRedis(instances.client());
    await openProxied(watcherGate);
    const gates = [gate, watcherGate];
    proxy.inject({ kind: 'drop' });
    await eventually(() => !cache.stats().bus.connected);
    for (const { failCommands } of gates) failCommands('xrange');
    proxy.heal();
    await eventually(() => gates.every(({ failed }) => failed('xrange') > 0));
    await cache.close();
    const [asked, watched] = [gate.failed('xrange'), watcherGate.failed('xrange')];
    // Another goes on to ask, as often.
    await eventually(() => watcherGate.failed('xrange') > watched + 4);
    expect(gate.failed('xrange')).toBeLessThanOrEqual(asked + 1);
  });

  it('is made up for where it is more than one reply holds', async () => {
    await interrupt(async () => {
      for (let index = 0; index < 1100; index += 1) await other.invalidate({ key: index === 0 ? 'k' : `k${index}` });
    });
    expect(cache.peek('k')).toBeUndefined();
    expect(cache.peek('kept')?.value).toBe(1);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['is gone', () => instances.client().unlink(record())],
    ['does not reach back far enough', () => instances.client().xtrim(record(), 'MAXLEN', 1)],
    ['is not readable', () => instances.client().xadd(record(), '*', 'm', '[99,"from a later version"]')],
    ['is no record', () => instances.client().set(record(), 'planted', 'PX', 60_000)],
  ])('costs memory, and its own namespace’s alone, where the record %s', async (_how, spoil) => {
    const bystander = await instances.open(`${name}-bystander`);
    await bystander.set('k', 1);
    await other.set('tagged', 1, { tags: ['y'] });
    await hearAll(cache, other);
    expect(await cache.get('tagged')).toBe(1);
    await interrupt(async () => {
      await other.invalidate({ key: 'k' });
      // Its entries are still there: nothing but its generation tells that they are dead.
      await other.invalidate({ tag: 'y' });
      await spoil();
    });
    expect(flushed.mock.calls).toEqual([[{ reason: 'reconnected' }]]);
    expect(cache.stats().memory.entries).toBe(0);
    expect(await cache.get('kept')).toBe(1);
    expect(await cache.get('k')).toBeUndefined();
    expect(await cache.get('tagged')).toBeUndefined();
    expect(bystander.stats()).toMatchObject({ bus: { flushes: 0 }, memory: { entries: 1 } });
  });
});

describe('a tag that is invalidated while the connection is lost', () => {
  const tagged = { policy: 'tagged' } as const;

  beforeEach(async () => {
    for (const key of ['read', 'unread']) await other.set(key, 'old', { tags: ['x'] });
    await hearAll(cache, other);
    // From here on the cache knows the generation, by what it has read and by what it has written.
    await cache.set('known', 1, tagged);
    await cache.set('known', 2, tagged);
    expect(await cache.get('read')).toBe('old');
    proxy.inject({ kind: 'drop' });
    await eventually(() => !cache.stats().bus.connected);
    await other.invalidate({ tag: 'x' });
  });

  it('ends what is read of Redis, though nobody has told of it', async () => {
    expect(await cache.get('unread')).toBeUndefined();
    expect(await cache.getMany(['unread'])).toEqual(new Map());
  });

  it.each<[string, () => Promise<unknown>]>([
    ['set', () => cache.set('k', 'new', tagged)],
    ['set with others', () => cache.setMany([['k', 'new']], tagged)],
    ['loaded', () => cache.getOrLoad('k', () => 'new', { ...tagged, mode: 'refresh' })],
    ['committed', async () => (await cache.reserve('k', tagged)).commit('new')],
  ])('does not end what is %s under it afterwards', async (_how, write) => {
    await write();
    expect(await other.get('k')).toBe('new');
  });
});

describe('a load during which messages are lost for good', () => {
  it('is joined by nobody who comes after that', async () => {
    const old = createGatedLoader();
    const call = { policy: 'each process' } as const;
    const before = cache.getOrLoad('loaded', old.load, call);
    await old.begun(1);
    await interrupt(async () => {
      await other.invalidate({ key: 'loaded' });
      await instances.client().unlink(record());
    });
    expect(await cache.getOrLoad('loaded', () => 'new', call)).toBe('new');
    old.finish('old');
    expect(await before).toBe('old');
    expect(await cache.get('loaded')).toBe('new');
    expect(await other.get('loaded')).toBe('new');
  });
});

describe('a message that is lost on a connection that stands', () => {
  const somebody = (sequence: number) => ({ publisher: 'somebody', sequence });
  const channel = () => `bw:1:${name}:bus`;

  /** Puts a message into the record. @returns it as it is published. */
  async function put(sequence: number, announcement: Partial<Announcement>): Promise<string> {
    const text = encodeMessage({ ...somebody(sequence), announcement });
    return `${await instances.client().xadd(record(), '*', 'm', text)} ${text}`;
  }

  async function tell(sequence: number): Promise<void> {
    const message = await put(sequence, { tags: ['y'] });
    await instances.client().publish(channel(), message);
  }

  it('is found by the sign of life that follows it, though it was the last', async () => {
    const redis = instances.client();
    const beat = (sequence: number) => encodeBeat({ ...somebody(sequence), name: 'it', says: 'here' });
    await redis.publish(channel(), beat(0));
    await put(1, { keys: [['', 'k']] });
    await redis.publish(channel(), beat(1));
    await eventually(() => cache.stats().bus.replays > 0);
    await eventually(() => cache.stats().bus.connected);
    expect(cache.peek('k')).toBeUndefined();
    expect(cache.peek('kept')?.value).toBe(1);
  });

  it('is found in the record by the message that follows it', async () => {
    await tell(1);
    await put(2, { keys: [['', 'k']] });
    await tell(3);
    await eventually(() => cache.stats().bus.replays > 0);
    await eventually(() => cache.stats().bus.connected);
    expect(cache.peek('k')).toBeUndefined();
    expect(cache.peek('kept')?.value).toBe(1);
  });

  it('is not taken for made up for while there is no connection', async () => {
    const { received } = cache.stats().bus;
    await tell(1);
    await tell(3);
    await eventually(() => cache.stats().bus.received === received + 2);
    proxy.inject({ kind: 'drop' });
    await eventually(() => !cache.stats().bus.connected);
    await eventually(() => other.stats().bus.replays > 0);
    const { replays } = other.stats().bus;
    await tell(5);
    // One that hears looks for it when its time is over, and so would the other.
    await eventually(() => other.stats().bus.replays > replays);
    expect(cache.stats().bus.connected).toBe(false);
    proxy.heal();
    await eventually(() => cache.stats().bus.connected);
    expect(cache.stats().bus.flushes).toBe(0);
  });

  it('costs nothing where it never reached Redis', async () => {
    for (const sequence of [1, 3]) await tell(sequence);
    await eventually(() => cache.stats().bus.replays > 0);
    await eventually(() => cache.stats().bus.connected);
    expect(cache.peek('k')?.value).toBe('old');
    expect(flushed).not.toHaveBeenCalled();
  });
});

describe('a connection that is silent, but stands', () => {
  it.each([{ kind: 'black-hole' }, { kind: 'one-way', silent: 'replies' }] as const)(
    'is noticed and replaced, and what was said meanwhile is made up for: %j',
    async (fault) => {
      await openBoth({ heartbeat: '200ms' });
      proxy.inject(fault);
      await other.invalidate({ key: 'k' });
      await eventually(() => !cache.stats().bus.connected);
      proxy.heal();
      await eventually(() => cache.stats().bus.connected);
      expect(cache.peek('k')).toBeUndefined();
      expect(cache.peek('kept')?.value).toBe(1);
      await other.set('kept', 2);
      await eventually(() => cache.peek('kept') === undefined);
    },
  );
});

describe('the instances of a namespace', () => {
  it('know of each other until they close', async () => {
    await eventually(() => cache.stats().bus.instances === 1 && other.stats().bus.instances === 1);
    expect(cache.stats().bus.lagMs).toBeGreaterThanOrEqual(0);
    await other.close();
    await eventually(() => cache.stats().bus.instances === 0);
  });
});
