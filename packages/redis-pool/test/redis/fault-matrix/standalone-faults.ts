import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, type RedisServer, startRedis } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import type { Fault, Scene } from './fault.ts';

const TAGS = ['a', 'b', 'c', 'd'];

/** What happens to a Redis of its own. */
async function onServer(
  settings: Record<string, string>,
  happen: (server: RedisServer, admin: Redis) => Promise<Pick<Scene, 'begin' | 'end'>>,
): Promise<Scene> {
  const server = await startRedis(settings);
  const admin = new Redis(server.url, { maxRetriesPerRequest: 0 });
  // It loses its connection where the fault ends connections.
  admin.on('error', () => {});
  await admin.ping();
  return {
    pool: { url: server.url },
    tags: TAGS,
    openClient: () => new Redis(server.url),
    async stop() {
      admin.disconnect();
      await server.stop();
    },
    ...(await happen(server, admin)),
  };
}

/** So that a killed server still knows what it has confirmed: it writes its log before it answers. */
const LASTING = { appendonly: 'yes', appendfsync: 'no' };

export const standaloneFaults: readonly Fault[] = [
  {
    name: 'SIGSTOP',
    how: 'the server is stopped for 10 s; its sockets stay open and silent',
    circuit: 'opens',
    holdMs: 10_000,
    prepare: () => onServer({}, async (server) => ({ begin: server.freeze, end: server.thaw })),
  },
  {
    name: 'Absent at start',
    how: 'no server for 1.5 s after the pool was made, then there is one',
    circuit: 'opens',
    holdMs: 1500,
    isAbsentAtStart: true,
    prepare: () =>
      onServer({}, async (server) => {
        await server.kill();
        return { begin: () => {}, end: server.restart };
      }),
  },
  {
    name: 'SIGKILL',
    how: 'the server is killed, and started again 1.5 s later',
    circuit: 'opens',
    holdMs: 1500,
    prepare: () => onServer(LASTING, async (server) => ({ begin: server.kill, end: server.restart })),
  },
  {
    name: 'READONLY',
    how: 'the server is made a replica for 1.5 s: it reads, and refuses writes',
    circuit: 'stays closed',
    holdMs: 1500,
    prepare: () =>
      onServer({}, async (_server, admin) => ({
        begin: async () => admin.replicaof('127.0.0.1', await freePort()),
        end: () => admin.replicaof('NO', 'ONE'),
      })),
  },
  {
    name: 'LOADING',
    how: 'the server loads its data for about 1.5 s and refuses everything meanwhile; connections stay',
    circuit: 'opens',
    holdMs: 0,
    prepare: () =>
      onServer(
        { 'enable-debug-command': 'yes', 'loading-process-events-interval-bytes': '1024' },
        async (_server, admin) => {
          await admin.call('DEBUG', 'POPULATE', 1500, 'ballast', 100);
          return {
            async begin() {
              await admin.config('SET', 'key-load-delay', 1000);
              await admin.call('DEBUG', 'RELOAD');
            },
            end: () => {},
          };
        },
      ),
  },
  {
    name: 'OOM',
    how: 'the server is out of memory for 1.5 s: it reads, and refuses writes',
    circuit: 'stays closed',
    holdMs: 1500,
    prepare: () =>
      onServer({}, async (_server, admin) => ({
        begin: () => admin.config('SET', 'maxmemory', 1),
        end: () => admin.config('SET', 'maxmemory', 0),
      })),
  },
  {
    name: 'SCRIPT FLUSH',
    how: 'the server forgets its scripts, ten times in 1 s',
    circuit: 'stays closed',
    holdMs: 0,
    prepare: () =>
      onServer({}, async (_server, admin) => ({
        begin: () => repeatedly(10, 100, () => admin.script('FLUSH')),
        end: () => {},
      })),
  },
  {
    name: 'CLIENT KILL',
    how: "one of the pool's connections is closed by the server, five times in 1 s",
    circuit: 'stays closed',
    holdMs: 0,
    prepare: () =>
      onServer({}, async (_server, admin) => ({
        begin: () => repeatedly(5, 200, () => killOneOther(admin)),
        end: () => {},
      })),
  },
];

async function repeatedly(times: number, everyMs: number, act: () => Promise<unknown>): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    await act();
    await sleep(everyMs);
  }
}

async function killOneOther(admin: Redis): Promise<void> {
  const own = await admin.client('ID');
  const others = String(await admin.client('LIST'))
    .split('\n')
    .flatMap((line) => /^id=(\d+) /.exec(line)?.[1] ?? [])
    .filter((id) => id !== String(own));
  const victim = others[Math.floor(Math.random() * others.length)];
  if (victim !== undefined) await admin.client('KILL', 'ID', victim);
}
