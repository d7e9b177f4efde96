import type { Duration } from '@breakwater/core';
import type { RedisPort } from '@breakwater/core/redis';
import { createRedisPool, type RedisPool, type RedisPoolOptions } from '@breakwater/redis-pool';
import { type RedisServer, startRedis } from '@breakwater/testkit';
import { afterEach, beforeEach } from 'vitest';
import { createInstances, type Instances, PATIENT } from './instances.ts';

/** A Redis of its own for each test, to kill and freeze, and what is connected to it. */
export interface Outage extends Pick<Instances, 'open' | 'openUnheard'> {
  readonly server: RedisServer;
  /**
   * What a cache may be given as its Redis, by name. What is dead says so at once; only what is silent is found by a
   * deadline, which our pool has in place of the cache's.
   */
  readonly clients: readonly [string, (deadlineMs?: Duration) => RedisPort][];
  openPool(options?: RedisPoolOptions): RedisPool;
}

export function useOutage(): Outage {
  let server: RedisServer | undefined;
  let instances = createInstances(() => running().url);
  const pools: RedisPool[] = [];

  function running(): RedisServer {
    if (!server) throw new Error('There is a server while a test runs.');
    return server;
  }

  function openPool(options: RedisPoolOptions = {}): RedisPool {
    const pool = createRedisPool({ url: running().url, deadlineMs: PATIENT, ...options });
    pools.push(pool);
    return pool;
  }

  beforeEach(async () => {
    // On disk, so that what Redis held before an outage it holds again after it.
    server = await startRedis({ appendonly: 'yes', appendfsync: 'always' });
    instances = createInstances(() => running().url);
  });
  afterEach(async () => {
    server?.thaw();
    await instances.close();
    await Promise.all(pools.splice(0).map((pool) => pool.close()));
    await server?.stop();
  });

  return {
    get server() {
      return running();
    },
    clients: [
      ['a plain ioredis client', () => instances.client()],
      ['our pool', (deadlineMs = PATIENT) => openPool({ deadlineMs })],
    ],
    openPool,
    open: (namespace, options) => instances.open(namespace, options),
    openUnheard: (namespace, options) => instances.openUnheard(namespace, options),
  };
}
