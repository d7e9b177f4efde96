import { type RedisServer, startRedis } from '@breakwater/testkit';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { createInstances, type Instances } from './instances.ts';

/** A Redis of the test file's own, with the caches and clients on it, and a namespace of its own for each test. */
export interface RedisInUse extends Instances {
  readonly server: RedisServer;
  readonly name: string;
}

export function useRedis(settings: Record<string, string> = {}): RedisInUse {
  let server: RedisServer | undefined;
  let count = 0;

  function running(): RedisServer {
    if (!server) throw new Error('There is a server while tests run.');
    return server;
  }

  const instances = createInstances(() => running().url);
  beforeAll(async () => {
    server = await startRedis(settings);
  });
  beforeEach(() => {
    count += 1;
  });
  afterAll(async () => {
    await instances.close();
    await server?.stop();
  });

  return {
    ...instances,
    get server() {
      return running();
    },
    get name() {
      return `n${count}`;
    },
  };
}
