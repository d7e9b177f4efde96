import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { eventually } from './eventually.ts';
import { type RedisServer, startRedis } from './redis-server.ts';

const run = promisify(execFile);

/** A real Redis Cluster of this test's own; the first nodes are its masters. */
export interface RedisCluster {
  readonly nodes: readonly RedisServer[];
  /** What `new Cluster(...)` takes. */
  readonly startupNodes: { host: string; port: number }[];
  /** Moves slots from one node to another while clients work. */
  reshard(from: RedisServer, to: RedisServer, slots: number): Promise<void>;
  stop(): Promise<void>;
}

export interface RedisClusterOptions {
  readonly masters?: number;
  readonly replicasPerMaster?: number;
  /** Further redis.conf settings of every node. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Starts the servers, joins them, and resolves when every slot is served. */
export async function startRedisCluster(options: RedisClusterOptions = {}): Promise<RedisCluster> {
  const { masters = 3, replicasPerMaster = 1, settings = {} } = options;
  const ofNode = {
    'cluster-enabled': 'yes',
    'cluster-node-timeout': '1000',
    'cluster-replica-validity-factor': '0',
    ...settings,
  };
  const nodes = await Promise.all(
    Array.from({ length: masters * (1 + replicasPerMaster) }, () => startRedis({ ...ofNode })),
  );
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  await redisCli('--cluster', 'create', ...addresses, '--cluster-replicas', String(replicasPerMaster), '--cluster-yes');
  await eventually(async () => (await Promise.all(nodes.map(isWhole))).every(Boolean), 20_000, 50);

  return {
    nodes,
    startupNodes: nodes.map(({ port }) => ({ host: '127.0.0.1', port })),
    async reshard(from, to, slots) {
      const [fromId, toId] = await Promise.all(
        [from, to].map((node) => redisCli('-p', String(node.port), 'CLUSTER', 'MYID')),
      );
      await redisCli(
        ...[
          '--cluster',
          'reshard',
          `127.0.0.1:${from.port}`,
          '--cluster-from',
          String(fromId),
          '--cluster-to',
          String(toId),
        ],
        ...['--cluster-slots', String(slots), '--cluster-yes'],
      );
    },
    async stop() {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };

  async function isWhole(node: RedisServer): Promise<boolean> {
    const info = await redisCli('-p', String(node.port), 'CLUSTER', 'INFO');
    return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${nodes.length}`);
  }
}

async function redisCli(...words: string[]): Promise<string> {
  const { stdout } = await run('redis-cli', words);
  return stdout.trim();
}
