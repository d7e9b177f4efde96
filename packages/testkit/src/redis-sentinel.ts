import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { launchServer, type RedisServer, startRedis } from './redis-server.ts';

/** A real master with a replica, watched by a sentinel that fails over half a second after the master falls silent. */
export interface SentinelGroup {
  readonly master: RedisServer;
  readonly replica: RedisServer;
  /** What ioredis's `sentinels` option takes. */
  readonly sentinels: { host: string; port: number }[];
  readonly name: string;
  stop(): Promise<void>;
}

export async function startSentinelGroup(): Promise<SentinelGroup> {
  const name = 'breakwater';
  const master = await startRedis();
  const replica = await startRedis({ replicaof: `127.0.0.1 ${master.port}` });
  const port = await freePort();
  // Sentinel rewrites its own configuration file, so it needs one of its own.
  const file = join(tmpdir(), `breakwater-sentinel-${port}.conf`);
  writeFileSync(
    file,
    [
      `port ${port}`,
      'bind 127.0.0.1',
      `sentinel monitor ${name} 127.0.0.1 ${master.port} 1`,
      `sentinel down-after-milliseconds ${name} 500`,
      `sentinel failover-timeout ${name} 3000`,
    ].join('\n'),
  );
  const sentinel = await launchServer([file, '--sentinel'], '+monitor master');
  return {
    master,
    replica,
    sentinels: [{ host: '127.0.0.1', port }],
    name,
    async stop() {
      await sentinel.end();
      rmSync(file, { force: true });
      await Promise.all([master.stop(), replica.stop()]);
    },
  };
}
