import { eventually, type RedisServer, startRedis } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createInstances } from '../instances.ts';

/** What it refuses while it loads what lies on its disk, it refuses for long enough to be seen. */
const SLOW_TO_LOAD = {
  'enable-debug-command': 'yes',
  'key-load-delay': '500',
  'loading-process-events-interval-bytes': '1024',
};
let server: RedisServer;
let admin: Redis;
const instances = createInstances(() => server.url);

beforeEach(async () => {
  server = await startRedis(SLOW_TO_LOAD);
  admin = new Redis(server.url);
});
afterEach(async () => {
  admin.disconnect();
  await instances.close();
  await server.stop();
});

describe('a Redis that was made a replica', () => {
  it('gives back nothing that was invalidated or written while it refused writes', async () => {
    const cache = await instances.open('app');
    const other = await instances.open('app', { memory: { ttl: 1 } });
    for (const key of ['key', 'tagged', 'written']) await cache.set(key, 'old', { tags: ['all', `of ${key}`] });
    // A master that nobody can reach: what it has it goes on serving.
    await admin.call('REPLICAOF', '127.0.0.1', '1');
    expect(await cache.invalidate({ key: 'key' })).toMatchObject({ memoryEntries: 1, shared: false });
    expect(await cache.invalidate({ tag: 'of tagged' })).toMatchObject({ memoryEntries: 1, shared: false });
    await cache.set('written', 'new');
    expect(await cache.getOrLoad('loaded', () => 'value', { tags: ['all'] })).toBe('value');
    const found = await cache.getMany(['key', 'tagged', 'written', 'loaded']);
    expect([...found]).toEqual([
      ['written', 'new'],
      ['loaded', 'value'],
    ]);
    // It answers, so this is no outage.
    expect(cache.stats().redis.state).toBe('up');
    expect(await other.get('key')).toBe('old');
    await admin.call('REPLICAOF', 'NO', 'ONE');
    for (const key of ['key', 'tagged', 'written']) {
      await eventually(async () => (await other.get(key)) === undefined);
    }
    expect(await cache.getMany(['key', 'tagged'])).toEqual(new Map());
  });
});

describe('a Redis that is loading', () => {
  it('is away for as long as it refuses everything, and then gives back nothing that was invalidated meanwhile', async () => {
    const cache = await instances.open('app');
    const other = await instances.open('app', { memory: { ttl: 1 } });
    for (const key of ['key', 'kept']) await cache.set(key, 'old');
    const fill = admin.pipeline();
    for (let index = 0; index < 1500; index += 1) fill.set(`fill${index}`, 'x'.repeat(100), 'PX', 600_000);
    await fill.exec();
    // Connections stay, and are told LOADING until it has read back what it has saved.
    const loaded = admin.call('DEBUG', 'RELOAD');
    await eventually(async () => {
      await other.get('missing');
      return other.stats().redis.state === 'down';
    });
    expect(await cache.invalidate({ key: 'key' })).toMatchObject({ memoryEntries: 1, shared: false });
    expect(await cache.getOrLoad('loaded', () => 'value')).toBe('value');
    expect(await cache.get('kept')).toBe('old');
    expect(cache.stats().redis.state).toBe('down');
    await loaded;
    await eventually(() => cache.stats().redis.state === 'up' && other.stats().redis.state === 'up');
    await eventually(async () => (await other.get('key')) === undefined && (await other.get('kept')) === 'old');
    expect(await cache.get('key')).toBeUndefined();
  });
});
