import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually, type RedisServer, startRedis } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { send } from '../http-client.ts';
import type { Report } from './fleet.child.ts';

/** Four processes start on two busy cores. */
const PATIENCE_MS = 50_000;

interface Member {
  readonly process: ChildProcess;
  readonly url: string;
  /** How often it was seen to begin to wait for others. */
  readonly waits: number;
}

let server: RedisServer;
let redis: Redis;
let fleet: readonly Member[] = [];

async function start(): Promise<Member> {
  const child = fork(fileURLToPath(new URL('fleet.child.ts', import.meta.url)), [server.url], {
    execArgv: ['--conditions=@breakwater/source'],
  });
  const reports: Report[] = [];
  child.on('message', (report: Report) => reports.push(report));
  const ready = () => reports.find((report) => report.says === 'ready');
  await eventually(() => ready() !== undefined, PATIENCE_MS);
  return {
    process: child,
    url: ready()?.url ?? '',
    get waits() {
      return reports.filter(({ says }) => says === 'waiting').length;
    },
  };
}

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
  fleet = await Promise.all([start(), start(), start(), start()]);
});
afterAll(async () => {
  for (const { process: child } of fleet) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.disconnect();
    await once(child, 'exit');
  }
  redis.disconnect();
  await server.stop();
});

const askEach = (members: readonly Member[], path: string) =>
  Promise.all(members.flatMap(({ url }) => Array.from({ length: 50 }, () => send(`${url}${path}`))));
const bodies = async (replies: ReturnType<typeof askEach>) => new Set((await replies).map(({ text }) => text));

it('50 requests to each of 4 processes for a cold URL are one run of the handler', async () => {
  expect(await bodies(askEach(fleet, '/quick'))).toEqual(new Set(['{"run":1}']));
  expect(await redis.get('runs quick')).toBe('1');
});

it('a process that is killed in its handler costs one more run', async () => {
  const [killed, ...others] = fleet as [Member, ...Member[]];
  const lost = send(`${killed.url}/hanging`).catch(() => 'lost');
  await eventually(async () => expect(await redis.get('runs hanging')).toBe('1'));
  const before = others.map(({ waits }) => waits);
  const replies = bodies(askEach(others, '/hanging'));
  await eventually(() => others.every(({ waits }, index) => waits > Number(before[index])), PATIENCE_MS);
  killed.process.kill('SIGKILL');
  expect(await lost).toBe('lost');
  expect(await replies).toEqual(new Set(['{"run":2}']));
  expect(await redis.get('runs hanging')).toBe('2');
});
