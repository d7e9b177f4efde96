import { type FaultProxy, type RedisServer, startFaultProxy, startRedis } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Disturbances, disturbAtRandom } from '../history/disturb.ts';
import { checkHistory, type Operation, type Verdict } from '../history/history.ts';
import { createRandom } from '../history/random.ts';
import { BOUND_MS, CHAOS_BOUND_MS, runHistory } from '../history/run.ts';

/** 60 is the long run of `pnpm --filter @breakwater/cache chaos`. */
const CHAOS_SECONDS = Number(process.env.CHAOS_SECONDS ?? 8);
/** A run is as random as its processes are scheduled, but what they do is decided by this. */
const SEED = Number(process.env.CHAOS_SEED ?? 20_260_101);

let server: RedisServer;
let source: RedisServer;
let proxies: readonly FaultProxy[];
let admin: Redis;

beforeAll(async () => {
  [server, source] = await Promise.all([startRedis(), startRedis()]);
  admin = new Redis(server.url, { retryStrategy: () => 50 });
  // It is killed now and then.
  admin.on('error', () => {});
  proxies = await Promise.all([0, 1, 2].map(() => startFaultProxy(server.port)));
});
beforeEach(async () => {
  await admin.flushall();
});
afterAll(async () => {
  admin.disconnect();
  await Promise.all(proxies.map((proxy) => proxy.close()));
  await Promise.all([server.stop(), source.stop()]);
});

function say(what: string, boundMs: number, { reads, invalidations, stalestMs, violations }: Verdict): void {
  const stalest = `the stalest ${Math.round(stalestMs)} ms after, at most ${boundMs} allowed`;
  process.stdout.write(
    `${what}, seed ${SEED}: ${violations.length} violations of ${reads} reads after ${invalidations} invalidations (${stalest})\n`,
  );
}

describe('what is read after an invalidation that was acknowledged', { timeout: 30_000 + CHAOS_SECONDS * 1000 }, () => {
  it('is never older than it, beyond the stated bound', async () => {
    const verdict = await runHistory({ proxies, sourceUrl: source.url, seed: SEED, forMs: 4000, boundMs: BOUND_MS });
    say('history', BOUND_MS, verdict);
    expect(verdict.violations).toEqual([]);
    expect(verdict.invalidations).toBeGreaterThan(0);
    expect(verdict.reads).toBeGreaterThan(0);
  });

  it('is not, whatever the network does, and whoever dies', async () => {
    const random = createRandom(SEED);
    let done: Disturbances | undefined;
    const verdict = await runHistory({
      proxies,
      sourceUrl: source.url,
      seed: SEED,
      forMs: CHAOS_SECONDS * 1000,
      boundMs: CHAOS_BOUND_MS,
      async disturb(fleet, isOver) {
        done = await disturbAtRandom({ admin, server, proxies, random }, fleet, isOver);
      },
    });
    say(`chaos for ${CHAOS_SECONDS} s (${JSON.stringify(done)})`, CHAOS_BOUND_MS, verdict);
    expect(verdict.violations).toEqual([]);
    expect(verdict.invalidations).toBeGreaterThan(0);
    expect(verdict.reads).toBeGreaterThan(0);
    expect(done?.processKilled).toBeGreaterThan(0);
    expect(done?.redisKilled).toBeGreaterThan(0);
  });

  it('is found out where it is: by a fleet that says it has invalidated, and has not', async () => {
    const run = { proxies, sourceUrl: source.url, seed: SEED, forMs: 500, boundMs: 0, lies: true };
    expect((await runHistory(run)).violations).not.toEqual([]);
  });
});

describe('the checker of histories', () => {
  const invalidated: Operation = {
    does: 'invalidate',
    by: 0,
    target: 'k',
    versions: { k: 2 },
    startMs: 10,
    endMs: 20,
  };
  const read = (version: number, startMs: number): Operation => ({
    does: 'read',
    by: 1,
    key: 'k',
    version,
    startMs,
    endMs: startMs + 1,
  });
  const set = (version: number, startMs: number, endMs: number): Operation => ({
    does: 'set',
    by: 2,
    key: 'k',
    version,
    startMs,
    endMs,
  });

  it.each([
    ['an older version after the bound', [invalidated, read(1, 121)], 1],
    ['an older version in the process that invalidated', [invalidated, { ...read(1, 21), by: 0 }], 1],
    ['an older version within the bound', [invalidated, read(1, 120)], 0],
    ['an older version before it was acknowledged', [invalidated, read(1, 15)], 0],
    ['the version that was current', [invalidated, read(2, 500)], 0],
    ['a newer one', [invalidated, read(3, 500)], 0],
    ['an older version of another key', [{ ...invalidated, versions: { other: 2 } }, read(1, 500)], 0],
    ['an older version that was set since', [invalidated, set(1, 5, 30), read(1, 500)], 0],
    ['an older version that was set before', [set(1, 1, 9), invalidated, read(1, 500)], 1],
    [
      'an older version, between a later invalidation’s newer ones',
      [invalidated, { ...invalidated, versions: { k: 5 }, startMs: 600, endMs: 610 }, read(4, 500), read(4, 900)],
      1,
    ],
  ] as const)('finds %s as it should', (_what, operations, violations) => {
    expect(checkHistory(operations, 100).violations).toHaveLength(violations);
  });

  it('says how stale the stalest was', () => {
    expect(checkHistory([invalidated, read(1, 50), read(1, 90)], 100).stalestMs).toBe(70);
  });
});
