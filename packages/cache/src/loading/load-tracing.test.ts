import { AsyncLocalStorage } from 'node:async_hooks';
import { tracingChannel } from 'node:diagnostics_channel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Cache, createCache, type LoadTrace } from '../index.ts';

type Heard = readonly [when: string, trace: Partial<LoadTrace> & { result?: unknown; error?: unknown }];

const channel = tracingChannel<LoadTrace, LoadTrace>('breakwater:cache:load');
let heard: Heard[];
let cache: Cache;

const hear = (when: string) => (trace: object) => void heard.push([when, { ...trace }]);
const subscribers = {
  start: hear('start'),
  end: () => {},
  asyncStart: () => {},
  asyncEnd: hear('end'),
  error: hear('error'),
};

beforeEach(() => {
  heard = [];
  cache = createCache();
  channel.subscribe(subscribers);
});
afterEach(async () => {
  channel.unsubscribe(subscribers);
  await cache.close();
});

describe('the tracing channel of loads', () => {
  it('hears of one load for all who wait for it, and of no hit', async () => {
    await Promise.all([cache.getOrLoad('k', async () => 5), cache.getOrLoad('k', async () => 6)]);
    await cache.getOrLoad('k', () => 7);
    expect(heard).toEqual([
      ['start', { space: '', keys: ['k'] }],
      ['end', { space: '', keys: ['k'], result: 5 }],
    ]);
  });

  it('hears of one run of a batch loader, with the keys that it loads', async () => {
    await cache.set('a', 1);
    await cache.loadMany(['a', 'b', 'c'], (keys) => new Map(keys.map((key) => [key, key])));
    expect(heard[0]).toEqual(['start', { space: '', keys: ['b', 'c'] }]);
    expect(heard).toHaveLength(2);
  });

  it('hears of a loader that throws, which throws all the same', async () => {
    const error = new Error('the source is away');
    const load = cache.getOrLoad('k', () => {
      throw error;
    });
    await expect(load).rejects.toBe(error);
    expect(heard).toContainEqual(['error', expect.objectContaining({ keys: ['k'], error })]);
  });

  it('runs the loader in the context of a tracer', async () => {
    const span = new AsyncLocalStorage<LoadTrace>();
    channel.start.bindStore(span, (trace) => trace);
    const inside = await cache.getOrLoad('k', async () => span.getStore()?.keys);
    channel.start.unbindStore(span);
    expect(inside).toEqual(['k']);
  });

  it('hears nothing once nobody listens', async () => {
    channel.unsubscribe(subscribers);
    expect(await cache.getOrLoad('k', () => 5)).toBe(5);
    expect(heard).toEqual([]);
  });
});
