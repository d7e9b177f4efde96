import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, FaultProxy, RedisServer } from '@breakwater/testkit';
import type { Redis } from 'ioredis';
import type { Fleet } from './fleet.ts';
import { pick, shuffled } from './random.ts';

/** What a fault of each kind does for how long. */
const FAULTS: readonly (readonly [fault: Fault, forMs: number])[] = [
  [{ kind: 'latency', ms: 20, jitterMs: 150 }, 1500],
  [{ kind: 'black-hole' }, 1200],
  [{ kind: 'one-way', silent: 'replies' }, 800],
  [{ kind: 'reset-mid-reply', afterBytes: 2000 }, 800],
  [{ kind: 'drop' }, 600],
];

/** Longer than a client takes to try again, so that some meet nobody. */
const MAX_DOWN_MS = 400;

export interface Disturbed {
  readonly admin: Redis;
  readonly server: RedisServer;
  readonly proxies: readonly FaultProxy[];
  readonly random: () => number;
}

/** How often each was done. */
export interface Disturbances {
  network: number;
  connections: number;
  processKilled: number;
  redisKilled: number;
}

/** What is done in a round, in an order of chance. */
const ROUND: readonly (keyof Disturbances)[] = [
  ...(['network', 'network', 'network', 'connections'] as const),
  ...(['processKilled', 'processKilled', 'redisKilled'] as const),
];

/** One after another: faults of one process's network, of all connections at the server, and the death of either. At least a round. */
export async function disturbAtRandom(
  { admin, server, proxies, random }: Disturbed,
  fleet: Fleet,
  isOver: () => boolean,
): Promise<Disturbances> {
  const serverFaults = [
    () => admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub'),
    () => admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'),
    () => admin.call('CLIENT', 'PAUSE', 400, 'ALL'),
  ];
  const disturbances = { network: 0, connections: 0, processKilled: 0, redisKilled: 0 };
  const disturb = {
    network: () => disturbNetwork(pick(random, proxies), random),
    connections: () => pick(random, serverFaults)(),
    processKilled: () => fleet.replace(Math.floor(random() * proxies.length)),
    async redisKilled() {
      await server.kill();
      await sleep(random() * MAX_DOWN_MS);
      await server.restart();
    },
  };
  do {
    for (const kind of shuffled(random, ROUND)) {
      if (isOver() && disturbances[kind] > 0) continue;
      await disturb[kind]();
      disturbances[kind] += 1;
      await sleep(random() * 500);
    }
  } while (!isOver());
  return disturbances;
}

async function disturbNetwork(proxy: FaultProxy, random: () => number): Promise<void> {
  const [fault, forMs] = pick(random, FAULTS);
  proxy.inject(fault);
  await sleep(random() * forMs);
  // What a silent fault has swallowed is missing in the middle of what was sent: such a connection is of no use.
  proxy.inject({ kind: 'drop' });
  proxy.heal();
}
