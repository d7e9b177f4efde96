import { eventually } from '@breakwater/testkit';
import { expect, it } from 'vitest';
import { gateRedis } from '../gated-redis.ts';
import { useRedis } from '../use-redis.ts';

const instances = useRedis();
const keys = Array.from({ length: 20 }, (_, index) => `a:${index}`);
const values = keys.map((key) => [key, 'old'] as const);

it.each([{ tag: 't' }, { pattern: 'a:*' }, { all: true }] as const)(
  'by %j ends everywhere what any instance has stored, each in its turn',
  async (target) => {
    const namespace = `everywhere-${Object.keys(target)}`;
    const [a, b] = await Promise.all([instances.open(namespace), instances.open(namespace)]);
    await b.setMany(values, { tags: ['t'] });
    const stop = new AbortController();
    const going = a.invalidate(target, { pace: '1/h', signal: stop.signal });
    await eventually(async () => expect((await b.getMany(keys)).size).toBe(19));
    expect((await a.getMany(keys)).size).toBe(19);
    stop.abort();
    expect(await going).toMatchObject({ redisKeys: 1, shared: true, isComplete: false });
    expect(await a.invalidate(target, { pace: '10000/s' })).toMatchObject({ redisKeys: 19, isComplete: true });
    await eventually(async () => expect((await b.getMany(keys)).size).toBe(0));
  },
);

it.each([{ tag: 't' }, { pattern: 'a:*' }] as const)(
  'by %j keeps no load of another instance that began before it',
  async (target) => {
    const namespace = `loads-${Object.keys(target)}`;
    const [a, b] = await Promise.all([instances.open(namespace), instances.open(namespace)]);
    let finish = (_value: string) => {};
    let began = false;
    const loading = b.getOrLoad(
      'a:new',
      () => {
        began = true;
        return new Promise<string>((resolve) => (finish = resolve));
      },
      { tags: ['t'] },
    );
    await eventually(() => began);
    await a.invalidate(target, { pace: '10000/s' });
    finish('old');
    expect(await loading).toBe('old');
    expect([await a.get('a:new'), await b.get('a:new')]).toEqual([undefined, undefined]);
  },
);

it('is made up for at once when Redis is back, where it went on the way', async () => {
  const gate = gateRedis(instances.client());
  const [a, b] = await Promise.all([instances.open('away', { redis: gate.client }), instances.open('away')]);
  await b.setMany(values, { tags: ['t'] });
  const repair = gate.failCommands('scan');
  expect(await a.invalidate({ tag: 't' }, { pace: '10000/s' })).toMatchObject({ shared: false, isComplete: false });
  repair();
  await eventually(async () => expect((await b.getMany(keys)).size).toBe(0));
});
