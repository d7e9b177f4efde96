import { eventually, type FaultProxy, startFaultProxy } from '@breakwater/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Cache, createCache } from '../../src/index.ts';
import { type GatedRedis, gateRedis, lateRedis } from '../gated-redis.ts';
import { createInstances } from '../instances.ts';
import { useRedis } from '../use-redis.ts';

/** What `far` hears comes through the proxy; its commands go straight to Redis. */
let proxy: FaultProxy;
const instances = useRedis();
const proxied = createInstances(() => proxy.url);
let gate: GatedRedis;
let here: Cache;
let near: Cache;
let far: Cache;

beforeAll(async () => {
  proxy = await startFaultProxy(instances.server.port);
});
beforeEach(async () => {
  proxy.heal();
  const listener = proxied.client();
  gate = gateRedis(instances.client());
  const farRedis = {
    ...gateRedis(instances.client()).client,
    status: 'ready',
    duplicate: (settings?: object) => listener.duplicate(settings),
  };
  [here, near, far] = await Promise.all([
    instances.open(instances.name, { redis: gate.client, bus: { instanceName: 'here' } }),
    instances.open(instances.name, { bus: { instanceName: 'near' } }),
    instances.open(instances.name, { redis: farRedis, bus: { instanceName: 'far' } }),
  ]);
  await here.set('k', 'old', { tags: ['x'] });
  await eventually(() => near.stats().bus.received === 1 && far.stats().bus.received === 1);
  await Promise.all([near.get('k'), far.get('k')]);
});
afterAll(async () => {
  // Their subscribers stand on the proxy.
  await Promise.all([instances.close(), proxied.close()]);
  await proxy.close();
});

/** `far` looks connected, and hears nothing. */
function deafen(): void {
  proxy.inject({ kind: 'one-way', silent: 'replies' });
}

describe('an acknowledgement', () => {
  it.each([{ key: 'k' }, { tag: 'x' }, { pattern: 'k*' }])('of %j says who has applied it', async (target) => {
    await here.invalidate(target);
    const { applied, missing } = await here.ack({ within: '10s' });
    expect(near.peek('k')).toBeUndefined();
    expect(far.peek('k')).toBeUndefined();
    expect(applied.toSorted()).toEqual(['far', 'near']);
    expect(missing).toEqual([]);
  });

  it('names who is alive and has not heard', async () => {
    await here.ack({ within: '10s' });
    deafen();
    await here.invalidate({ key: 'k' });
    expect(await here.ack({ within: '3s' })).toEqual({ applied: ['near'], missing: ['far'] });
    expect(far.peek('k')?.value).toBe('old');
  });

  it('is given by nobody where Redis did not take what was announced', async () => {
    await here.ack({ within: '10s' });
    const repair = gate.failCommands('evalsha');
    await here.invalidate({ key: 'k' });
    const { applied, missing } = await here.ack({ within: '10s' });
    expect(applied).toEqual([]);
    expect(missing.toSorted()).toEqual(['far', 'near']);
    repair();
  });

  it('is waited for also by an instance that has just begun, and does not hear yet', async () => {
    const client = instances.client();
    await client.ping();
    const { redis, connect } = lateRedis(client, client);
    const young = instances.openUnheard(instances.name, { redis });
    await young.invalidate({ key: 'k' });
    let hasAnswer = false;
    const acknowledged = young.ack({ within: '10s' }).finally(() => {
      hasAnswer = true;
    });
    // Of the connection that would ask, which answers in order.
    for (let turn = 0; turn < 3; turn += 1) await client.ping();
    expect(hasAnswer).toBe(false);
    connect();
    const { applied, missing } = await acknowledged;
    expect([applied.toSorted(), missing]).toEqual([['far', 'here', 'near'], []]);
    expect([here, near, far].map((cache) => cache.peek('k'))).toEqual([undefined, undefined, undefined]);
  });

  it('waits for nobody who has left', async () => {
    await here.ack({ within: '10s' });
    await far.close();
    await eventually(async () => {
      expect(await here.ack({ within: '10s' })).toEqual({ applied: ['near'], missing: [] });
    });
  });

  it('has nobody to wait for without Redis', async () => {
    const alone = createCache();
    expect(await alone.ack({ within: '1s' })).toEqual({ applied: [], missing: [] });
    await expect(alone.ack({ within: '2m' })).rejects.toMatchObject({ code: 'ERR_CACHE_OPTION' });
    expect(await alone.demand(alone.token(), { within: '1s' })).toBe(true);
    expect(await alone.demand('another.1', { within: '1s' })).toBe(false);
    await alone.close();
  });
});

describe('a token', () => {
  it('lets another instance read what was written, though it has not heard of it', async () => {
    deafen();
    await here.set('k', 'new', { tags: ['x'] });
    expect(far.peek('k')?.value).toBe('old');
    expect(await far.demand(here.token(), { within: '10s' })).toBe(true);
    expect(await far.get('k')).toBe('new');
  });

  it('stands for invalidations by tag, too', async () => {
    deafen();
    await here.invalidate({ tag: 'x' });
    expect(await far.demand(here.token(), { within: '10s' })).toBe(true);
    expect(far.peek('k')).toBeUndefined();
    expect(await far.get('k')).toBeUndefined();
  });

  it('costs no read of Redis where all was heard', async () => {
    await here.set('k', 'new');
    await eventually(() => near.peek('k') === undefined);
    await instances.client().unlink(`bw:1:${instances.name}:bus:{record}`);
    expect(await near.demand(here.token(), { within: '10s' })).toBe(true);
  });

  it('is said not to be met, where what it stands for can neither be heard nor read', async () => {
    deafen();
    await here.set('k', 'new');
    await instances.client().unlink(`bw:1:${instances.name}:bus:{record}`);
    expect(await far.demand(here.token(), { within: '200ms' })).toBe(false);
  });

  it('that is forged costs no memory, and what is none is refused', async () => {
    await near.demand('AAAAAAAAAAAA.zzzzzzzzzz', { within: '200ms' });
    await instances.client().unlink(`bw:1:${instances.name}:bus:{record}`);
    expect(await near.demand('AAAAAAAAAAAA.zzzzzzzzzz', { within: '200ms' })).toBe(false);
    expect(near.peek('k')?.value).toBe('old');
    expect(near.stats().bus.flushes).toBe(0);
    await expect(near.demand('<script>', { within: '1s' })).rejects.toMatchObject({ code: 'ERR_CACHE_TOKEN' });
  });
});
