import {
  eventually,
  type RedisCluster,
  type RedisServer,
  startFaultProxy,
  startRedisCluster,
} from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRedisPool, type RedisPool } from '../../src/index.ts';
import { type EventLog, logEvents } from './event-log.ts';
import { type LoopWatch, watchLoop } from './fault-matrix/loop-watch.ts';
import { inSequence, outcomesOf } from './outcomes.ts';

/** Long for the masters that are well, and waited for only as often as opens a circuit. */
const DEADLINE_MS = 1000;
const FAILURES = 2;
const SETTLED_WITHIN_MS = 50;

describe('a Cluster of which one master is away and has no replica', () => {
  let cluster: RedisCluster;
  let victim: RedisServer;
  /** A key of each master's; the first is the victim's. */
  let lostKey: string;
  let otherKeys: readonly string[];
  let pool: RedisPool;
  let log: EventLog;
  let loop: LoopWatch;
  beforeAll(async () => {
    cluster = await startRedisCluster({ replicasPerMaster: 0, settings: { 'cluster-require-full-coverage': 'no' } });
    [victim] = cluster.nodes as [RedisServer];
    [lostKey = '', ...otherKeys] = await Promise.all(cluster.nodes.map(keyServedBy));
    loop = watchLoop();
  }, 90_000);
  afterAll(async () => {
    loop.stop();
    await cluster.stop();
  });
  beforeEach(async () => {
    pool = createRedisPool({
      cluster: { nodes: cluster.startupNodes },
      deadlineMs: DEADLINE_MS,
      breaker: { failures: FAILURES, resetAfter: 200, longestReset: 400 },
      inspectEvery: 'never',
    });
    log = logEvents(pool);
    await pool.whenReady('20s');
    await eventually(async () => (await readAll()).every((outcome) => outcome === 'ok'));
  });
  afterEach(() => pool.close());

  const readAll = () => outcomesOf([lostKey, ...otherKeys].map((key) => pool.get(key)));

  /** Callers who never stop asking the masters that are well. */
  function startOthers(): { stop(): Promise<ReadonlySet<string>> } {
    let isOver = false;
    const outcomes = new Set<string>();
    const callers = otherKeys.map(async (key) => {
      while (!isOver) {
        for (const outcome of await outcomesOf([pool.get(key), pool.call('INCR', key)])) outcomes.add(outcome);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    });
    return {
      async stop() {
        isOver = true;
        await Promise.all(callers);
        return outcomes;
      },
    };
  }

  /** Asks what is away, and checks that the answer came in time. */
  async function askVictim(): Promise<string> {
    const sentAt = performance.now();
    const [outcome = ''] = await outcomesOf([pool.get(lostKey)]);
    const dueAt = sentAt + DEADLINE_MS;
    const settledAt = performance.now();
    expect(settledAt - dueAt - loop.lostMs(dueAt, settledAt)).toBeLessThanOrEqual(SETTLED_WITHIN_MS);
    return outcome;
  }

  const faults = [
    {
      name: 'silent',
      begin: async () => victim.freeze(),
      end: async () => victim.thaw(),
    },
    {
      name: 'dead',
      begin: () => victim.kill(),
      end: () => victim.restart(),
    },
  ];

  it.each(faults)(
    'that is $name serves the keys of the others all the time, and refuses its own at once',
    async (fault) => {
      const others = startOthers();
      await fault.begin();
      try {
        await eventually(
          async () => (await askVictim()) === 'ERR_REDIS_UNAVAILABLE' && pool.circuit.state !== 'closed',
        );
        await expect(pool.get(lostKey)).rejects.toThrow(
          `the circuit of 127.0.0.1:${victim.port} is open: ${FAILURES} failures in a row`,
        );
        expect(pool.health).toBe('degraded');
        expect(pool.status).toBe('ready');
        expect(pool.circuit.nodes).toEqual([expect.objectContaining({ node: `127.0.0.1:${victim.port}` })]);
        expect(log.last('circuit:opened')).toMatchObject({ node: `127.0.0.1:${victim.port}` });
        // What has no key can go to any node, and so goes to one that is well.
        expect(await inSequence(20, () => pool.publish('channel', 'message'))).toEqual(Array(20).fill('ok'));
        // Asked again and again on the node itself; a PING to another would have closed its circuit.
        await eventually(() => (log.last('circuit:opened')?.consecutiveFailures ?? 0) > FAILURES + 1);
        expect(pool.stats()).toMatchObject({ circuitOpenings: 1 });
      } finally {
        await fault.end();
      }
      await eventually(async () => (await askVictim()) === 'ok');
      expect([...(await others.stop())]).toEqual(['ok']);
      await eventually(() => pool.health === 'up');
      expect(pool.circuit).toMatchObject({ state: 'closed', nodes: [] });
      expect(log.names('outage')).toEqual([]);
    },
  );

  it('is an outage of the whole pool only when the others are away as well', async () => {
    for (const node of cluster.nodes) node.freeze();
    try {
      await eventually(async () => {
        await readAll();
        return pool.health === 'down';
      });
      expect(await readAll()).toEqual(Array(3).fill('ERR_REDIS_UNAVAILABLE'));
      expect(pool.status).toBe('reconnecting');
    } finally {
      for (const node of cluster.nodes) node.thaw();
    }
    await eventually(async () => (await readAll()).every((outcome) => outcome === 'ok'));
    await eventually(() => pool.health === 'up');
    expect(log.names('outage')[0]).toBe('outage:began');
    expect(log.names('outage').at(-1)).toBe('outage:ended');
  });

  it('is let through to again by hand, and by hand nothing is let through to any', async () => {
    victim.freeze();
    try {
      await eventually(async () => {
        await outcomesOf([pool.get(lostKey)]);
        return pool.circuit.state !== 'closed';
      });
      pool.circuit.close();
      expect(pool.circuit).toMatchObject({ state: 'closed', nodes: [] });
      pool.circuit.open('maintenance');
      expect(await readAll()).toEqual(Array(3).fill('ERR_REDIS_UNAVAILABLE'));
      expect([pool.health, pool.circuit.reason]).toEqual(['down', 'maintenance']);
    } finally {
      victim.thaw();
    }
    pool.circuit.close();
    expect(pool.health).toBe('up');
  });

  it('has its circuit under the address that its own is translated to', async () => {
    const proxy = await startFaultProxy(victim.port);
    const natMap = { [`127.0.0.1:${victim.port}`]: { host: '127.0.0.1', port: proxy.port } };
    const mapped = createRedisPool({
      cluster: { nodes: cluster.startupNodes, natMap },
      deadlineMs: DEADLINE_MS,
      breaker: { failures: FAILURES },
      inspectEvery: 'never',
    });
    const readLost = async () => (await outcomesOf([mapped.get(lostKey)]))[0];
    await eventually(async () => (await readLost()) === 'ok');
    expect(proxy.connections).toBeGreaterThan(0);
    proxy.inject({ kind: 'drop' });
    await eventually(async () => {
      await readLost();
      return mapped.circuit.nodes.length > 0;
    });
    expect(mapped.circuit.nodes.map(({ node }) => node)).toEqual([`127.0.0.1:${proxy.port}`]);
    expect(await outcomesOf(otherKeys.map((key) => mapped.get(key)))).toEqual(['ok', 'ok']);
    proxy.heal();
    await eventually(async () => (await readLost()) === 'ok');
    await mapped.close();
    await proxy.close();
  });
});

async function keyServedBy({ url }: RedisServer): Promise<string> {
  const node = new Redis(url);
  for (let n = 0; ; n += 1) {
    const [outcome] = await outcomesOf([node.get(`key:${n}`)]);
    if (outcome !== 'ok') continue;
    node.disconnect();
    return `key:${n}`;
  }
}
