import { createManualClock, eventually } from '@breakwater/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Cache } from '../../src/index.ts';
import { deafRedis, gateRedis } from '../gated-redis.ts';
import { hearAll } from '../instances.ts';
import { useRedis } from '../use-redis.ts';

const DAY_MS = 86_400_000;

const instances = useRedis();
let cache: Cache;

beforeEach(async () => {
  cache = await instances.open(instances.name);
});

const tagKey = (tag: string) => `bw:1:${instances.name}:tag:{${tag}}`;

/** What Redis does with this test's keys meanwhile. Signs of life are not among it, since they come at their own times. */
async function commandsDuring(run: () => Promise<unknown>): Promise<string[][]> {
  const redis = instances.client();
  const all: string[][] = [];
  const commands: string[][] = [];
  const monitor = await redis.monitor();
  monitor.on('monitor', (_time: string, command: string[], source: string) => {
    all.push(command);
    const isOwn = command.some((word) => word.startsWith(`bw:1:${instances.name}:`));
    if (isOwn && (command[0] !== 'publish' || source === 'lua')) commands.push(command);
  });
  await run();
  await redis.echo('done');
  await eventually(() => all.some(([command]) => command === 'echo'));
  monitor.disconnect();
  return commands;
}

describe('the generations of tags', () => {
  it.each(['x', ''])('that Redis has lost (tag %j) never bring an entry back, whoever writes next', async (lost) => {
    const redis = instances.client();
    await cache.set('k', 'old', { tags: ['x'] });
    await cache.invalidate({ tag: 'x' });
    await cache.set('k', 'kept', { tags: ['x'] });
    await redis.del(tagKey(lost));
    const second = await instances.open(instances.name);
    expect(await second.get('k')).toBeUndefined();
    await second.set('other', 1, { tags: ['x'] });
    const third = await instances.open(instances.name);
    expect(await third.get('k')).toBeUndefined();
    expect(await third.get('other')).toBe(1);
  });

  it('are asked for once for all entries of one read, and not again for what is dead', async () => {
    const keys = Array.from({ length: 50 }, (_, index) => `k:${index}`);
    await cache.setMany(
      keys.map((key) => [key, key]),
      { tags: ['x'] },
    );
    await cache.invalidate({ tag: 'x' });
    const gate = gateRedis(instances.client());
    const reader = await instances.open(instances.name, { redis: gate.client });
    const commands = await commandsDuring(async () => {
      const release = gate.holdReplies('mgetBuffer');
      const reading = reader.getMany(keys);
      // 32 entries and 18. What one answer leaves open is asked for once, and for the next answer again: both come in one turn.
      await eventually(() => gate.replied('mgetBuffer') === 2);
      release();
      expect(await reading).toEqual(new Map());
      expect(await reader.getMany(keys)).toEqual(new Map());
    });
    expect(commands.filter((command) => command.includes(tagKey('x')))).toHaveLength(1);
    await cache.set('k:0', 'new', { tags: ['x'] });
    expect(await reader.getMany(keys)).toEqual(new Map([['k:0', 'new']]));
  });

  it('are asked for anew by what is read while a question is under way, whose answer may be from before it', async () => {
    const gate = gateRedis(instances.client());
    const reader = await instances.open(instances.name, { redis: gate.client });
    await cache.setMany(
      ['first', 'second'].map((key) => [key, 'old']),
      { tags: ['x'] },
    );
    const answer = gate.holdReplies('mgetBuffer');
    const first = reader.get('first');
    await eventually(() => gate.replied('mgetBuffer') === 1);
    answer();
    // Redis names the generations, and that is on its way for long.
    const tell = gate.holdReplies('mgetBuffer');
    await eventually(() => gate.replied('mgetBuffer') === 2);
    gate.holdReplies('mgetBuffer')();
    await cache.invalidate({ tag: 'x' });
    await cache.set('second', 'new', { tags: ['x'] });
    expect(await reader.get('second')).toBe('new');
    tell();
    await first;
    expect(await reader.get('second')).toBe('new');
  });

  it('are not current where their tag is invalidated before Redis’s answer to the write that makes them is here', async () => {
    const gate = gateRedis(instances.client());
    const writer = await instances.open(instances.name, { redis: gate.client });
    // The script is known, and so is the generation of all entries.
    await writer.set('warm', 1);
    const made = gate.replied('evalsha');
    const answer = gate.holdReplies('evalsha');
    const setting = writer.set('k', 'old', { tags: ['x'] });
    await eventually(() => gate.replied('evalsha') > made);
    await cache.invalidate({ tag: 'x' });
    await hearAll(writer, cache);
    answer();
    await setting;
    expect(writer.peek('k')).toBeUndefined();
    expect(await writer.get('k')).toBeUndefined();
    expect(await cache.get('k')).toBeUndefined();
    // Nor does what is written next stand on them.
    await writer.set('next', 'new', { tags: ['x'] });
    expect(await cache.get('next')).toBe('new');
  });

  it('are never the same twice', async () => {
    const redis = instances.client();
    const seen = new Set<string | null>();
    for (let round = 0; round < 50; round += 1) {
      await cache.set('k', round, { tags: ['x'] });
      seen.add(await redis.get(tagKey('x')));
      await cache.invalidate({ tag: 'x' });
    }
    expect(seen.size).toBe(50);
  });

  it('outlive every entry written under them, also one that lives longer than any before it', async () => {
    const redis = instances.client();
    await cache.set('short', 1, { tags: ['x'], ttl: '1m' });
    expect(await redis.pttl(tagKey('x'))).toBeGreaterThan(DAY_MS - 60_000);
    await cache.set('long', 1, { tags: ['x'], ttl: '30d' });
    expect(await redis.pttl(tagKey('x'))).toBeGreaterThan(59 * DAY_MS);
    await cache.set('short again', 1, { tags: ['x'], ttl: '1m' });
    const second = await instances.open(instances.name);
    await second.set('short', 2, { tags: ['x'], ttl: '1m' });
    expect(await redis.pttl(tagKey('x'))).toBeGreaterThan(59 * DAY_MS);
    expect(await redis.pttl(tagKey(''))).toBeGreaterThan(59 * DAY_MS);
  });

  it.each([
    ['a tag’s invalidation', () => cache.invalidate({ tag: 'x' }), ['UNLINK', 'SET']],
    ['a tag’s expiry', () => cache.expire({ tag: 'x' }), ['UNLINK', 'SET', 'GET', 'SET']],
    ['a clear', () => cache.clear(), ['UNLINK', 'SET']],
    ['an expiry of everything', () => cache.expire({ all: true }), ['UNLINK', 'SET', 'GET', 'SET']],
  ])('cost %s one command, however many entries stand on them', async (_what, end, does) => {
    await Promise.all(Array.from({ length: 501 }, (_, index) => cache.set(`k${index}`, index, { tags: ['x'] })));
    const commands = await commandsDuring(async () => {
      expect(await end()).toMatchObject({ memoryEntries: 501, shared: true });
    });
    // One script call; what follows it is what that does: the tag, its log, the record and the message.
    expect(commands.map(([command]) => command)).toEqual(['evalsha', ...does, 'XADD', 'PEXPIRE', 'PUBLISH']);
  });

  it('are read once by an instance that hears, and each time by one that does not', async () => {
    const redis = instances.client();
    const reader = await instances.open(instances.name, { memory: { maxSize: 1 } });
    await cache.set('k', 1, { tags: ['x'] });
    await reader.get('k');
    await redis.config('RESETSTAT');
    await reader.get('k');
    const commands = await redis.info('commandstats');
    expect(commands).toMatch(/cmdstat_get:calls=1,/);
    expect(commands).not.toContain('cmdstat_mget');
    const deaf = instances.openUnheard(instances.name, {
      redis: deafRedis(instances.client()),
      memory: { maxSize: 1 },
    });
    await eventually(async () => (await deaf.get('k')) === 1);
    await cache.invalidate({ tag: 'x' });
    expect(await deaf.get('k')).toBeUndefined();
  });
});

describe('a generation that Redis has lost', () => {
  const READS_REDIS = { memory: { maxSize: 1 } } as const;

  it.each(['x', ''])(
    '(tag %j) divides nobody for long: who knew it takes up the next with what it reads',
    async (lost) => {
      const old = await instances.open(instances.name, READS_REDIS);
      await old.set('before', 1, { tags: ['x'] });
      await instances.client().del(tagKey(lost));
      const young = await instances.open(instances.name, READS_REDIS);
      const loads: string[] = [];
      for (let round = 0; round < 5; round += 1) {
        for (const [name, instance] of Object.entries({ old, young })) {
          await instance.getOrLoad('k', () => loads.push(name), { tags: ['x'] });
        }
      }
      expect(loads).toEqual(['old', 'young']);
      await old.set('k', 'from old', { tags: ['x'] });
      expect(await young.get('k')).toBe('from old');
    },
  );

  it.each(['x', ''])('(tag %j) is asked for once a minute by who only writes, and found to be gone', async (lost) => {
    const redis = instances.client();
    const clock = createManualClock(Date.now());
    const writer = await instances.open(instances.name, { clock });
    const writeAll = () =>
      writer.setMany(
        Array.from({ length: 50 }, (_, index) => [`k${index}`, 1]),
        { tags: ['x'] },
      );
    await writeAll();
    await redis.del(tagKey(lost));
    const reader = await instances.open(instances.name, READS_REDIS);
    await writeAll();
    await writer.drain();
    expect(await reader.get('k0')).toBeUndefined();

    clock.advance(60_000);
    const commands = await commandsDuring(async () => {
      await writeAll();
      await writer.drain();
      await writeAll();
      await writer.drain();
      expect(await reader.get('k0')).toBe(1);
    });
    expect(commands.filter((command) => command[0] === 'evalsha' && command.includes(tagKey(lost)))).toHaveLength(1);
  });
});

describe('reads of one turn', () => {
  const keys = Array.from({ length: 200 }, (_, index) => `k${index}`);

  async function openReader() {
    const redis = instances.client();
    await cache.setMany(keys.map((key) => [key, key]));
    const reader = await instances.open(instances.name, { memory: { maxSize: 1 } });
    await reader.get('k0');
    await redis.config('RESETSTAT');
    return { reader, redis };
  }

  it('leave as one MGET, each key once', async () => {
    const { reader, redis } = await openReader();
    const twice = [...keys.slice(0, 20), ...keys.slice(0, 20)];
    expect(await Promise.all(twice.map((key) => reader.get(key)))).toEqual(twice);
    expect(await redis.info('commandstats')).toContain('cmdstat_mget:calls=1,');
    expect(await redis.info('stats')).toContain('keyspace_hits:20\r\n');
  });

  it('leave 32 at once where they are many, so that Redis has something to do, and up to 128 after that', async () => {
    const { reader, redis } = await openReader();
    expect(await Promise.all(keys.map((key) => reader.get(key)))).toEqual(keys);
    expect(await redis.info('commandstats')).toContain('cmdstat_mget:calls=3,');
    expect(await redis.info('stats')).toContain('keyspace_hits:200\r\n');
  });
});
