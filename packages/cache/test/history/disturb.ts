import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, FaultProxy } from '@breakwater/testkit';
import type { Redis } from 'ioredis';
import { pick } from './random.ts';

/** What a fault of each kind does for how long. */
const FAULTS: readonly (readonly [fault: Fault, forMs: number])[] = [
  [{ kind: 'latency', ms: 20, jitterMs: 150 }, 1500],
  [{ kind: 'black-hole' }, 1200],
  [{ kind: 'one-way', silent: 'replies' }, 800],
  [{ kind: 'reset-mid-reply', afterBytes: 2000 }, 800],
  [{ kind: 'drop' }, 600],
];

/** Faults of one process's network, and of all connections at the server, one after another. */
export async function disturbAtRandom(
  admin: Redis,
  proxies: readonly FaultProxy[],
  random: () => number,
  isOver: () => boolean,
): Promise<void> {
  const serverFaults = [
    () => admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub'),
    () => admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'),
    () => admin.call('CLIENT', 'PAUSE', 400, 'ALL'),
  ];
  while (!isOver()) {
    if (random() < 0.3) await pick(random, serverFaults)();
    else await disturbNetwork(pick(random, proxies), random);
    await sleep(random() * 500);
  }
}

async function disturbNetwork(proxy: FaultProxy, random: () => number): Promise<void> {
  const [fault, forMs] = pick(random, FAULTS);
  proxy.inject(fault);
  await sleep(random() * forMs);
  // What a silent fault has swallowed is missing in the middle of what was sent: such a connection is of no use.
  proxy.inject({ kind: 'drop' });
  proxy.heal();
}
