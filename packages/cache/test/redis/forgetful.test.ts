import { eventually } from '@breakwater/testkit';
import { describe, expect, it } from 'vitest';
import { createGatedLoader } from '../gated-loader.ts';
import { deafRedis } from '../gated-redis.ts';
import { useRedis } from '../use-redis.ts';

/** It writes nothing to disk. */
const instances = useRedis();

describe('a Redis that is killed, and has forgotten everything when it comes back', () => {
  it.each([
    ['key', { key: 'k' }],
    ['tag', { tag: 'x' }],
    ['pattern', { pattern: 'k*' }],
    ['all', { all: true }],
  ] as const)('brings back nothing that was invalidated by %s, though no fence is left', async (_by, target) => {
    const [probe, client] = [instances.client(), instances.client()];
    const deaf = instances.openUnheard(instances.name, { redis: deafRedis(client) });
    const cache = await instances.open(instances.name);
    await cache.set('other', 1, { tags: ['x'] });
    const loader = createGatedLoader();
    const loading = deaf.getOrLoad('k', loader.load, { tags: ['x'] });
    await loader.begun(1);
    expect(await cache.invalidate(target)).toMatchObject({ shared: true });

    await instances.server.kill();
    await eventually(() => !cache.stats().bus.connected && client.status !== 'ready');
    await instances.server.restart();
    await eventually(() => cache.stats().bus.connected && client.status === 'ready');
    loader.finish('old');
    expect(await loading).toBe('old');
    // What was seen before the load is what is there now: nothing.
    await eventually(async () => (await probe.exists(`bw:1:${instances.name}:entry:{k}`)) === 1);

    // It stands on generations that went with all the rest.
    expect(await cache.get('k')).toBeUndefined();
    const young = await instances.open(instances.name);
    expect(await young.get('k')).toBeUndefined();
    expect(await young.getOrLoad('k', () => 'new', { tags: ['x'] })).toBe('new');
    expect(await cache.get('k')).toBe('new');
  });
});
