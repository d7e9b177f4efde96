import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually, type RedisServer, startRedis } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Order, Report } from './fleet.child.ts';

/** Eight processes start on two busy cores. */
const PATIENCE_MS = 25_000;

let server: RedisServer;
let redis: Redis;
let fleet: readonly Member[];

interface Member {
  readonly process: ChildProcess;
  readonly reports: readonly Report[];
  has(says: Report['says']): boolean;
  order(order: Order): void;
}

function start(): Member {
  const child = fork(fileURLToPath(new URL('fleet.child.ts', import.meta.url)), [server.url], {
    execArgv: ['--conditions=@breakwater/source'],
  });
  const reports: Report[] = [];
  child.on('message', (report: Report) => reports.push(report));
  return {
    process: child,
    reports,
    has: (wanted) => reports.some(({ says }) => says === wanted),
    order: (order) => void child.send(order),
  };
}

const allOf = (members: readonly Member[], says: Report['says']) =>
  eventually(() => members.every((member) => member.has(says)), PATIENCE_MS);

/** What the calls got, each value once. */
const valuesOf = (members: readonly Member[]) =>
  new Set(members.flatMap(({ reports }) => reports.flatMap((report) => (report.says === 'done' ? report.values : []))));

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});
beforeEach(async () => {
  await redis.flushall();
  fleet = Array.from({ length: 8 }, start);
  await allOf(fleet, 'ready');
});
afterEach(async () => {
  await Promise.all(
    fleet.map(async ({ process: child }) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.disconnect();
      await once(child, 'exit');
    }),
  );
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

it('500 calls in each of 8 processes for a cold key are one run of the loader', async () => {
  for (const member of fleet) member.order({ calls: 500, hangs: false });
  await allOf(fleet, 'done');
  expect(await redis.get('loader-runs')).toBe('1');
  expect(valuesOf(fleet)).toEqual(new Set(['run 1']));
});

it('a process that is killed in its loader costs one more run', async () => {
  const [killed, ...others] = fleet as [Member, ...Member[]];
  killed.order({ calls: 500, hangs: true });
  await allOf([killed], 'loading');
  for (const member of others) member.order({ calls: 500, hangs: false });
  await allOf(others, 'waiting');
  killed.process.kill('SIGKILL');
  await allOf(others, 'done');
  expect(await redis.get('loader-runs')).toBe('2');
  expect(valuesOf(others)).toEqual(new Set(['run 2']));
});
