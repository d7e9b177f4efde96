import { eventually, startRedis } from '@breakwater/testkit';
import { Cluster, Redis } from 'ioredis';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Cache, createCache } from '../../src/index.ts';
import { openGatedPair } from '../gated-pair.ts';
import { deafRedis, type GatedRedis } from '../gated-redis.ts';
import { hearAll, PATIENT } from '../instances.ts';
import { useRedis } from '../use-redis.ts';

const instances = useRedis();
let gate: GatedRedis;
let gated: Cache;
let other: Cache;

beforeEach(async () => {
  ({ gate, gated, other } = await openGatedPair(instances));
});

/** A load of `k` that names the tag `x` at its end, with the value `old`. */
async function beginLoad(cache: Cache): Promise<{ result: Promise<string>; finish: () => void }> {
  let finish = () => {};
  const before = cache.stats().total.loads;
  const result = cache.getOrLoad('k', async (_key, { addTags }) => {
    await new Promise<void>((resolve) => (finish = resolve));
    addTags(['x']);
    return 'old';
  });
  await eventually(() => cache.stats().total.loads === before + 1);
  return { result, finish: () => finish() };
}

describe('a value whose tag its loader names', () => {
  it.each(['invalidate', 'expire'] as const)(
    'is not kept where another instance did %s the tag during the load, even by one that does not hear of it',
    async (end) => {
      const deaf = instances.openUnheard(instances.name, { redis: deafRedis(instances.client()) });
      const { result, finish } = await beginLoad(deaf);
      await other[end]({ tag: 'x' });
      finish();
      expect(await result).toBe('old');
      expect(deaf.stats().total.fenced).toBe(1);
      expect(await deaf.get('k')).toBeUndefined();
      expect(await other.get('k')).toBeUndefined();
    },
  );

  it('is not kept where the tag has had a new generation since, which this process has taken up', async () => {
    const { result, finish } = await beginLoad(gated);
    await other.invalidate({ tag: 'x' });
    await other.set('sibling', 1, { tags: ['x'] });
    await gated.get('sibling');
    finish();
    await result;
    expect(await gated.get('k')).toBeUndefined();
    expect(await other.get('k')).toBeUndefined();
    expect(await other.get('sibling')).toBe(1);
  });

  it('is not kept where the tag is invalidated between its generation and the look at the log', async () => {
    const { result, finish } = await beginLoad(gated);
    const release = gate.holdCommands('mgetBuffer');
    finish();
    await eventually(async () => (await instances.client().exists(`bw:1:${instances.name}:tag:{x}`)) === 1);
    await other.invalidate({ tag: 'x' });
    release();
    await result;
    expect(gated.stats().total.fenced).toBe(1);
    expect(await other.get('k')).toBeUndefined();
  });

  it('is dead on arrival where the tag is invalidated while its commit is on the way', async () => {
    const { result, finish } = await beginLoad(gated);
    const reads = gate.replied('mgetBuffer');
    const releaseLog = gate.holdReplies('mgetBuffer');
    finish();
    await eventually(() => gate.replied('mgetBuffer') > reads);
    const releaseCommit = gate.holdCommands('evalsha');
    releaseLog();
    await other.invalidate({ tag: 'x' });
    await hearAll(gated, other);
    releaseCommit();
    await result;
    expect(await gated.get('k')).toBeUndefined();
    expect(await other.get('k')).toBeUndefined();
    expect(await (await instances.open(instances.name)).get('k')).toBeUndefined();
  });

  it('is kept by the second load at the latest, however often other tags are invalidated', async () => {
    for (const kept of [undefined, 'old']) {
      const { result, finish } = await beginLoad(gated);
      await other.invalidate({ tag: 'another' });
      await hearAll(gated, other);
      finish();
      await result;
      expect(await other.get('k')).toBe(kept);
    }
  });

  it('is kept in memory alone while Redis is away, and not where this process invalidates the tag', async () => {
    const repair = [gate.failCommands('mgetBuffer'), gate.failCommands('evalsha')];
    const kept = await beginLoad(gated);
    kept.finish();
    await kept.result;
    expect(gated.peek('k')).toMatchObject({ value: 'old', tags: ['x'] });
    await gated.invalidate({ key: 'k' });
    const overtaken = await beginLoad(gated);
    await gated.invalidate({ tag: 'x' });
    overtaken.finish();
    await overtaken.result;
    expect(gated.peek('k')).toBeUndefined();
    for (const mend of repair) mend();
  });
});

it('a Cluster, where no script sees the log, keeps no such value either', async () => {
  const node = await startRedis({ 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' });
  const redis = new Redis(node.url);
  await redis.cluster('ADDSLOTSRANGE', 0, 16_383);
  await eventually(async () => (await redis.cluster('INFO')).includes('cluster_state:ok'));
  const clients = [0, 1].map(() => new Cluster([{ host: '127.0.0.1', port: node.port }]));
  const [one, two] = clients.map((client) => createCache({ redis: client, deadlineMs: PATIENT })) as [Cache, Cache];
  try {
    await eventually(() => one.stats().bus.connected && two.stats().bus.connected);
    for (const end of ['invalidate', 'expire'] as const) {
      const { result, finish } = await beginLoad(one);
      await two[end]({ tag: 'x' });
      finish();
      await result;
      expect(await two.get('k')).toBeUndefined();
    }
    const kept = await beginLoad(one);
    kept.finish();
    await kept.result;
    expect((await two.lookup('k'))?.entry).toMatchObject({ value: 'old', tags: ['x'] });
  } finally {
    await Promise.all([one.close(), two.close()]);
    for (const client of [redis, ...clients]) client.disconnect();
    await node.stop();
  }
});
