import type { RedisPort } from '@breakwater/core/redis';
import { createRedisPool } from '@breakwater/redis-pool';
import { createManualClock, eventually, type RedisServer, startRedis } from '@breakwater/testkit';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createQuotas, type Quotas } from '../../src/index.ts';
import { endOfPeriod, QUOTA_PERIODS } from '../../src/quotas/quota-period.ts';
import { END_OF_PERIOD } from '../../src/quotas/quota-script.ts';
import { gateRedis } from '../gated-redis.ts';

let server: RedisServer;
let redis: Redis;
const clients: Redis[] = [];

function client(): Redis {
  const made = new Redis(server.url, { retryStrategy: () => 50 });
  made.on('error', () => {});
  clients.push(made);
  return made;
}

/** For whom no machine is too slow. */
function patient(port: RedisPort, namespace = 'app'): Quotas {
  return createQuotas({ redis: port, namespace, deadlineMs: '10s' });
}

beforeAll(async () => {
  server = await startRedis();
  redis = client();
});
afterAll(async () => {
  for (const made of clients) made.disconnect();
  await server.stop();
});

/** A test that straddles midnight would count in two days. */
async function farFromMidnight(): Promise<void> {
  await eventually(() => endOfPeriod('hourly', Date.now()) - Date.now() > 10_000);
}

it('instances count together, by user and period, and every call once', async () => {
  await farFromMidnight();
  const instances = [patient(client()), patient(client())] as const;
  const calls = Array.from({ length: 50 }, (_, index) =>
    instances[index % 2 === 0 ? 0 : 1].trackQuota('u', 'daily', 2),
  );
  const used = (await Promise.all(calls)).map((usage) => usage.used).sort((a, b) => a - b);
  expect(used).toEqual(Array.from({ length: 50 }, (_, index) => 2 * (index + 1)));
  const resetsAtMs = endOfPeriod('daily', Date.now());
  expect(await instances[0].quotaUsage('u', 'daily')).toEqual({ used: 100, resetsAtMs, shared: true });
  expect(await instances[1].trackQuota('u', 'monthly')).toMatchObject({ used: 1 });
  expect(await instances[1].quotaUsage('other', 'daily')).toMatchObject({ used: 0, shared: true });
});

it('our pool counts with everybody else', async () => {
  await farFromMidnight();
  const pool = createRedisPool({ url: server.url, deadlineMs: '10s' });
  try {
    await patient(redis, 'pooled').trackQuota('u', 'daily');
    expect(await patient(pool, 'pooled').trackQuota('u', 'daily')).toMatchObject({ used: 2, shared: true });
    expect(await patient(pool, 'pooled').quotaUsage('u', 'daily')).toMatchObject({ used: 2, shared: true });
  } finally {
    await pool.close();
  }
});

it('a key lives until its period ends, and asking makes none', async () => {
  await farFromMidnight();
  const quotas = patient(redis, 'ttl');
  await quotas.quotaUsage('asked', 'daily');
  for (const period of QUOTA_PERIODS) {
    await quotas.trackQuota('user', period);
    expect(await redis.call('PEXPIRETIME', `bw:1:ttl:quota-${period}:{user}`)).toBe(endOfPeriod(period, Date.now()));
  }
  expect(await redis.keys('bw:1:ttl:*')).toHaveLength(QUOTA_PERIODS.length);
});

it('a count of a period that is over is not added to, one of a later period is', async () => {
  await farFromMidnight();
  const quotas = patient(redis, 'clock');
  const endsAt = endOfPeriod('daily', Date.now()) / 1000;
  const plant = (ends: number) => redis.hset('bw:1:clock:quota-daily:{user}', { used: 7, ends });
  await plant(endsAt - 86_400);
  expect(await quotas.quotaUsage('user', 'daily')).toMatchObject({ used: 0, resetsAtMs: endsAt * 1000 });
  expect(await quotas.trackQuota('user', 'daily')).toMatchObject({ used: 1, resetsAtMs: endsAt * 1000 });
  await plant(endsAt + 86_400);
  expect(await quotas.trackQuota('user', 'daily')).toMatchObject({ used: 8, resetsAtMs: (endsAt + 86_400) * 1000 });
});

it('the process’s clock has no say while Redis answers', async () => {
  await farFromMidnight();
  const clock = createManualClock(Date.now() + 3 * 86_400_000);
  const quotas = createQuotas({ redis, namespace: 'skewed', clock, deadlineMs: '10s' });
  await quotas.trackQuota('user', 'daily');
  expect(await quotas.trackQuota('user', 'daily')).toEqual({
    used: 2,
    resetsAtMs: endOfPeriod('daily', Date.now()),
    shared: true,
  });
});

it('Redis and the process agree on when every period ends', async () => {
  const script = `${END_OF_PERIOD} return endOfPeriod(ARGV[1], tonumber(ARGV[2]))`;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...QUOTA_PERIODS), fc.nat(Date.UTC(2400, 0) / 1000), async (period, seconds) => {
      expect(await redis.eval(script, 0, period, seconds)).toBe(endOfPeriod(period, seconds * 1000) / 1000);
    }),
    { numRuns: 500, examples: [['monthly', Date.UTC(2100, 1, 28) / 1000]] },
  );
});

it('an outage ends no count: the process goes on from what it knew, and adds what it never sent', async () => {
  await farFromMidnight();
  const unsteady = client();
  const quotas = patient(unsteady, 'outage');
  const began = vi.fn();
  quotas.on('outage:began', began);
  expect(await quotas.trackQuota('user', 'daily', 3)).toMatchObject({ used: 3, shared: true });
  unsteady.disconnect();
  await eventually(() => unsteady.status === 'end');
  expect(await quotas.trackQuota('user', 'daily')).toMatchObject({ used: 4, shared: false });
  expect(await quotas.trackQuota('user', 'daily')).toMatchObject({ used: 5, shared: false });
  expect(await quotas.quotaUsage('user', 'daily')).toMatchObject({ used: 5, shared: false });
  expect(began).toHaveBeenCalledTimes(1);
  expect(quotas.stats()).toEqual({ tracked: 3, unshared: 2, redis: { state: 'down', errors: 3 } });
  await unsteady.connect();
  expect(await quotas.quotaUsage('user', 'daily')).toMatchObject({ used: 5, shared: true });
  expect(await quotas.trackQuota('user', 'daily')).toMatchObject({ used: 6, shared: true });
  expect(await redis.hget('bw:1:outage:quota-daily:{user}', 'used')).toBe('6');
  expect(quotas.stats().redis.state).toBe('up');
});

it('what was used, and not sent, in a period that Redis knows to be over is not counted in the next', async () => {
  await farFromMidnight();
  const unsteady = client();
  await unsteady.ping();
  const clock = createManualClock(Date.now() - 86_400_000);
  const quotas = createQuotas({ redis: unsteady, namespace: 'behind', clock, deadlineMs: '10s' });
  unsteady.disconnect();
  await eventually(() => unsteady.status === 'end');
  expect(await quotas.trackQuota('user', 'daily', 3)).toMatchObject({ used: 3, shared: false });
  await unsteady.connect();
  const resetsAtMs = endOfPeriod('daily', Date.now());
  expect(await quotas.trackQuota('user', 'daily')).toEqual({ used: 1, resetsAtMs, shared: true });
  expect(await quotas.quotaUsage('user', 'daily')).toEqual({ used: 1, resetsAtMs, shared: true });
  unsteady.disconnect();
  await eventually(() => unsteady.status === 'end');
  expect(await quotas.trackQuota('user', 'daily')).toEqual({ used: 2, resetsAtMs, shared: false });
});

it('nor is what turns out not to have been sent when the next has begun', async () => {
  await farFromMidnight();
  const gate = gateRedis(redis);
  const clock = createManualClock(Date.now() - 86_400_000);
  const quotas = createQuotas({ redis: gate.client, namespace: 'slow', clock });
  const send = gate.holdCommands('evalsha');
  const first = quotas.trackQuota('user', 'daily', 3);
  await eventually(() => expect(gate.held('evalsha')).toBe(1));
  gate.holdCommands('evalsha')();
  const resetsAtMs = endOfPeriod('daily', Date.now());
  expect(await quotas.trackQuota('user', 'daily')).toEqual({ used: 1, resetsAtMs, shared: true });
  const mend = gate.failCommands('evalsha');
  send();
  expect(await first).toMatchObject({ used: 3, shared: false });
  mend();
  expect(await quotas.trackQuota('user', 'daily')).toEqual({ used: 2, resetsAtMs, shared: true });
});

it('a count that is no count is begun anew', async () => {
  await farFromMidnight();
  const quotas = patient(redis, 'foreign');
  await redis.rpush('bw:1:foreign:quota-daily:{user}', 'a list');
  expect(await quotas.quotaUsage('user', 'daily')).toMatchObject({ used: 0, shared: true });
  expect(await quotas.trackQuota('user', 'daily')).toMatchObject({ used: 1, shared: true });
  await redis.hset('bw:1:foreign:quota-daily:{user}', { used: 'many', ends: 'never' });
  expect(await quotas.trackQuota('user', 'daily')).toMatchObject({ used: 1, shared: true });
});

it('a call whose answer came too late counts once', async () => {
  await farFromMidnight();
  const quotas = createQuotas({ redis: client(), namespace: 'silent', deadlineMs: 1000 });
  expect(await quotas.trackQuota('user', 'daily')).toMatchObject({ used: 1, shared: true });
  server.freeze();
  try {
    expect(await quotas.trackQuota('user', 'daily')).toMatchObject({ used: 2, shared: false });
  } finally {
    server.thaw();
  }
  await eventually(async () => (await quotas.quotaUsage('user', 'daily')).shared);
  expect(await quotas.trackQuota('user', 'daily')).toMatchObject({ used: 3, shared: true });
});
