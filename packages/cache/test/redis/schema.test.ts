import { OptionError } from '@breakwater/core';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { Cache, CacheOptions, StandardSchema } from '../../src/index.ts';
import { hearAll } from '../instances.ts';
import { useRedis } from '../use-redis.ts';

const instances = useRedis();

const price = z.object({ pair: z.string(), bid: z.number() });
// What was stored before `bid` had its name is read as if it had always been called so.
const migrating = z.preprocess(
  (stored) => (stored && typeof stored === 'object' && 'price' in stored ? { ...stored, bid: stored.price } : stored),
  price,
);

/** A writer without a schema, and a reader with `schema`, which holds nothing in memory. */
async function open(namespace: string, schema: StandardSchema, options: Partial<CacheOptions> = {}) {
  const writer = await instances.open(namespace);
  const policies = { default: { redis: { schema } } };
  const reader = await instances.open(namespace, { policies, memory: { maxSize: 1 }, ...options });
  return { writer, reader };
}

describe('a schema', () => {
  it('lets through what it takes, and makes of anything else a counted miss', async () => {
    const { writer, reader } = await open('check', price);
    const heard = vi.fn();
    reader.on('frame:unreadable', heard);
    await writer.set('good', { pair: 'BTC-USD', bid: 5 });
    await writer.set('bad', { pair: 'BTC-USD', bid: 'five' });
    expect(await reader.get('good')).toEqual({ pair: 'BTC-USD', bid: 5 });
    expect(heard).not.toHaveBeenCalled();
    expect(await reader.get('bad')).toBeUndefined();
    expect(heard.mock.calls).toEqual([[{ reason: 'schema' }]]);
    expect(reader.stats().redis.unreadableFrames).toBe(1);
    expect(await reader.getOrLoad('bad', () => ({ pair: 'BTC-USD', bid: 6 }))).toEqual({ pair: 'BTC-USD', bid: 6 });
    expect(await reader.get('bad')).toEqual({ pair: 'BTC-USD', bid: 6 });
  });

  it('gives readers its output, frozen as all that is handed out, so that it migrates old entries', async () => {
    const { writer, reader } = await open('migrate', migrating, { memory: {} });
    await writer.set('k', { pair: 'BTC-USD', price: 7 });
    await hearAll(reader, writer);
    const found = await reader.get<z.infer<typeof price>>('k');
    expect(found).toEqual({ pair: 'BTC-USD', bid: 7 });
    expect(Object.isFrozen(found)).toBe(true);
    expect(reader.peek('k')?.value).toBe(found);
  });

  it('takes a cached undefined and null for the values they are', async () => {
    const { writer, reader } = await open('nothing', z.union([z.undefined(), z.null()]));
    await writer.set('undefined', undefined);
    await writer.set('null', null);
    expect(await reader.lookup('undefined')).toMatchObject({ entry: { value: undefined } });
    expect(await reader.lookup('null')).toMatchObject({ entry: { value: null } });
  });

  it('is that of the policy which a call names, also where the call only asks whether there is an entry', async () => {
    const writer = await instances.open('named');
    const reader = await instances.open('named', { policies: { price: { redis: { schema: price } } } });
    await writer.set('k', 'no price');
    const policy = { policy: 'price' };
    expect(await reader.has('k', policy)).toBe(false);
    expect(await reader.hasMany(['k'], policy)).toEqual(new Set());
    expect(await reader.ttl('k', policy)).toBeUndefined();
    expect(await reader.inspect('k', policy)).toMatchObject({ memory: undefined, redis: undefined });
    expect(reader.stats().memory.entries).toBe(0);
    expect(await reader.get('k', policy)).toBeUndefined();
    expect(await reader.has('k')).toBe(true);
  });

  it('that throws is a counted miss', async () => {
    const throwing: StandardSchema = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value) => ({ value: (value as { deep: { value: string } }).deep.value }),
      },
    };
    const { writer, reader } = await open('throwing', throwing);
    await writer.set('k', {});
    expect(await reader.get('k')).toBeUndefined();
    expect(reader.stats().redis.unreadableFrames).toBe(1);
  });

  const rejecting: StandardSchema = {
    '~standard': { version: 1, vendor: 'test', validate: () => Promise.reject(new Error('nobody hears this')) },
  };

  it.each<[string, (cache: Cache) => Promise<unknown>]>([
    ['get', (cache) => cache.get('k')],
    ['getOrLoad', (cache) => cache.getOrLoad('k', () => 1)],
    ['getMany', (cache) => cache.getMany(['k'])],
  ])('that is asynchronous is refused by the first %s that finds a value', async (call, read) => {
    const { writer, reader } = await open(`async-${call.toLowerCase()}`, rejecting);
    await writer.set('k', 5);
    const error = await read(reader).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OptionError);
    expect(error).toMatchObject({
      code: 'ERR_CACHE_OPTION',
      message: 'policies.default.redis.schema must be a schema that validates synchronously, got "test".',
    });
  });

  it('of zod that is asynchronous is refused too', async () => {
    const { writer, reader } = await open(
      'async-zod',
      z.number().refine(async () => true),
    );
    await writer.set('k', 5);
    await expect(reader.get('k')).rejects.toThrow('a schema that validates synchronously, got "zod"');
  });
});
