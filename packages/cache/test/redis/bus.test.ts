import { eventually } from '@breakwater/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { encodeMessage } from '../../src/bus/bus-message.ts';
import type { Cache } from '../../src/index.ts';
import { createGatedLoader } from '../gated-loader.ts';
import { gateRedis, lateRedis } from '../gated-redis.ts';
import { useRedis } from '../use-redis.ts';

const instances = useRedis();
let cache: Cache;
let other: Cache;

beforeEach(async () => {
  [cache, other] = await Promise.all([instances.open(instances.name), instances.open(instances.name)]);
});

/** In one write, so that no busy machine comes in between. */
async function say(...texts: string[]): Promise<void> {
  const redis = instances.client();
  await Promise.all(texts.map((text) => redis.publish(`bw:1:${instances.name}:bus`, text)));
}

function message(sequence: number, publisher = 'somebody'): string {
  return encodeMessage({ publisher, sequence, announcement: {} });
}

describe('the bus', () => {
  it('counts no flush for its first connection', () => {
    expect(cache.stats().bus).toMatchObject({ connected: true, flushes: 0 });
  });

  it('drops memory when a number stays missing', async () => {
    await cache.set('k', 1);
    await say(message(1));
    await say(message(3));
    await eventually(() => cache.stats().bus.flushes === 1);
    expect(cache.peek('k')).toBeUndefined();
  });

  it('waits a little for numbers that come out of order', async () => {
    await cache.set('k', 1);
    const inOwnOrder = [1, 3, 2, 4].map((sequence) => message(sequence));
    // Another publisher's hole is a loss, but not before its own time.
    await say(...inOwnOrder, message(1, 'another'), message(3, 'another'));
    await eventually(() => cache.stats().bus.flushes > 0);
    expect(cache.stats().bus.flushes).toBe(1);
  });

  it('drops memory on a message it cannot read: it may have named anything', async () => {
    await cache.set('k', 1);
    await say('[99,"from a later version"]');
    await eventually(() => cache.stats().bus.flushes === 1);
    expect(cache.peek('k')).toBeUndefined();
  });

  it('keeps loads going across a flush, and what they bring in Redis', async () => {
    const loader = createGatedLoader();
    const loading = cache.getOrLoad('k', loader.load, { tags: ['x'] });
    await loader.begun(1);
    await say('unreadable');
    await eventually(() => cache.stats().bus.flushes === 1);
    loader.finish('value');
    expect(await loading).toBe('value');
    expect(await other.lookup('k')).toMatchObject({ tier: 'redis', entry: { value: 'value' } });
  });

  it('is closed with the cache, and leaves the client to its owner', async () => {
    const client = instances.client();
    const short = await instances.open(`${instances.name}-short`, { redis: client });
    await short.close();
    expect(short.stats().bus.connected).toBe(false);
    expect(await client.ping()).toBe('PONG');
  });
});

it('a read does not rely on what was known of its tags before something was missed', async () => {
  const gate = gateRedis(instances.client());
  const reader = await instances.open(instances.name, { redis: gate.client });
  await other.set('sibling', 1, { tags: ['known'] });
  await other.set('k', 'old', { tags: ['known', 'x'] });
  await reader.get('sibling');
  const replied = gate.replied('mgetBuffer');
  const releaseEntry = gate.holdReplies('mgetBuffer');
  const result = reader.get('k');
  await eventually(() => gate.replied('mgetBuffer') === replied + 1);
  const releaseGenerations = gate.holdReplies('mgetBuffer');
  releaseEntry();
  await eventually(() => gate.replied('mgetBuffer') === replied + 2);
  await instances.client().unlink(`bw:1:${instances.name}:tag:{known}`);
  await say(message(1), message(3));
  await eventually(() => reader.stats().bus.flushes === 1);
  releaseGenerations();
  expect(await result).toBeUndefined();
});

describe('a read that the first connection of the bus overtakes', () => {
  /** An instance that has read `k`, and asks for its generations while its bus connects. */
  async function readWhileConnecting(read: (cache: Cache) => Promise<unknown>) {
    await other.set('k', 'value', { tags: ['x'] });
    const client = instances.client();
    await client.ping();
    const gate = gateRedis(client);
    const { redis, connect } = lateRedis(gate.client, client);
    const reader = instances.openUnheard(instances.name, { redis });
    const releaseEntry = gate.holdReplies('mgetBuffer');
    const result = read(reader);
    await eventually(() => gate.replied('mgetBuffer') === 1);
    const releaseGenerations = gate.holdReplies('mgetBuffer');
    releaseEntry();
    await eventually(() => gate.replied('mgetBuffer') === 2);
    connect();
    await eventually(() => reader.stats().bus.connected);
    return { reader, result, release: releaseGenerations };
  }

  it.each<[string, (reader: Cache) => Promise<unknown>]>([
    ['get', (reader) => reader.get('k')],
    ['getOrLoad', (reader) => reader.getOrLoad('k', () => 'loaded')],
    ['getMany', async (reader) => (await reader.getMany(['k'])).get('k')],
  ])('by %s finds what Redis has, and keeps nothing of it in memory', async (_name, read) => {
    const { reader, result, release } = await readWhileConnecting(read);
    release();
    expect(await result).toBe('value');
    expect(reader.peek('k')).toBeUndefined();
    expect(await reader.get('k')).toBe('value');
    expect(reader.peek('k')?.value).toBe('value');
  });

  it('does not find what this instance has invalidated meanwhile', async () => {
    const { reader, result, release } = await readWhileConnecting((opened) => opened.get('k'));
    await reader.invalidate({ tag: 'x' });
    release();
    expect(await result).toBeUndefined();
  });
});
