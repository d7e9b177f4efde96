import { type Fault as NetworkFault, startFaultProxy, startRedis } from '@breakwater/testkit';
import { Redis } from 'ioredis';
import type { Fault, Scene } from './fault.ts';

/** What a proxy does to the connections between the pool and a Redis that is well. */
async function onNetwork(fault: NetworkFault): Promise<Scene> {
  const server = await startRedis();
  const proxy = await startFaultProxy(server.port);
  return {
    pool: { url: proxy.url },
    tags: ['a', 'b', 'c', 'd'],
    begin: () => proxy.inject(fault),
    end: proxy.heal,
    openClient: () => new Redis(server.url),
    async stop() {
      await proxy.close();
      await server.stop();
    },
  };
}

export const networkFaults: readonly Fault[] = [
  {
    name: 'Black hole',
    how: 'connections are accepted and stay open, and nothing is passed on, for 1.5 s',
    circuit: 'opens',
    holdMs: 1500,
    prepare: () => onNetwork({ kind: 'black-hole' }),
  },
  {
    name: 'Drop',
    how: 'connections are closed, new ones as well, for 1.5 s',
    circuit: 'opens',
    holdMs: 1500,
    prepare: () => onNetwork({ kind: 'drop' }),
  },
  {
    name: 'Replies lost',
    how: 'the server hears and executes commands, and none of its replies arrives, for 1.5 s',
    circuit: 'opens',
    holdMs: 1500,
    prepare: () => onNetwork({ kind: 'one-way', silent: 'replies' }),
  },
  {
    name: 'Reset mid-reply',
    how: 'each connection is reset once 16 KB of replies have passed, greeting included, for 1.5 s',
    // One lane after another, or all in one instant.
    circuit: 'either',
    holdMs: 1500,
    // The greeting is about 7 KB of INFO: less would never let a command through.
    prepare: () => onNetwork({ kind: 'reset-mid-reply', afterBytes: 16_000 }),
  },
  {
    name: '+200 ms',
    how: 'each round trip takes 200 ms more, for 1.5 s',
    circuit: 'stays closed',
    holdMs: 1500,
    prepare: () => onNetwork({ kind: 'latency', ms: 100 }),
  },
];
