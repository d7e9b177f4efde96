import { beforeEach, describe, expect, it } from 'vitest';
import type { Cache } from '../../src/index.ts';
import { createGatedLoader } from '../gated-loader.ts';
import { openGatedPair } from '../gated-pair.ts';
import type { GatedRedis } from '../gated-redis.ts';
import { hearAll } from '../instances.ts';
import { useRedis } from '../use-redis.ts';

const instances = useRedis();
let gate: GatedRedis;
let writer: Cache;
let other: Cache;

const policies = { default: { write: 'back' }, through: {} } as const;
const writeBack = { interval: '1h' } as const;

beforeEach(async () => {
  ({ gate, gated: writer, other } = await openGatedPair(instances, { policies }, { writeBack }));
});

it('a load that a buffered write overtakes leaves it to be sent', async () => {
  const loader = createGatedLoader();
  const loading = writer.getOrLoad('k', loader.load);
  await loader.begun(1);
  await writer.set('k', 'written');
  loader.finish('loaded');
  expect(await loading).toBe('loaded');
  expect(await writer.drain()).toEqual({ buffered: 0 });
  expect(await other.get('k')).toBe('written');
  expect(await writer.get('k')).toBe('written');
});

describe('a load that replaces what is buffered', () => {
  const policy = { policy: 'default', mode: 'refresh' } as const;

  it('reaches Redis and the other instances in its place', async () => {
    await other.set('k', 'old', { policy: 'through' });
    await hearAll(writer, other);
    await writer.set('k', 'buffered');
    expect(await writer.getOrLoad('k', () => 'loaded', policy)).toBe('loaded');
    await writer.drain();
    const third = await instances.open(instances.name);
    expect(await third.get('k')).toBe('loaded');
    expect(await writer.get('k')).toBe('loaded');
  });

  it('loses no write where Redis is away', async () => {
    await other.set('k', 'old', { policy: 'through' });
    await hearAll(writer, other);
    await writer.set('k', 'buffered');
    const mendings = [gate.failCommands('mgetBuffer'), gate.failCommands('evalsha')];
    expect(await writer.getOrLoad('k', () => 'loaded', policy)).toBe('loaded');
    expect(await writer.get('k')).toBe('loaded');
    for (const mend of mendings) mend();
    expect(await writer.drain()).toEqual({ buffered: 0 });
    const third = await instances.open(instances.name);
    expect(await third.get('k')).toBe('buffered');
  });
});
