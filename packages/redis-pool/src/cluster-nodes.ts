import type { ClusterNode } from 'ioredis';
import { checks } from './errors.ts';

const RULE = "a list such as 'redis-1:6379,redis-2:6379', with [brackets] around IPv6 addresses";
const NODE = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/@]+))(?::(\d{1,5}))?$/;
const DEFAULT_PORT = 6379;

/**
 * The nodes in a comma-separated list, as environment variables have it (`REDIS_CLUSTER_NODES`).
 *
 * @throws OptionError `ERR_REDIS_POOL_OPTION`.
 */
export function parseClusterNodes(list: string): ClusterNode[] {
  if (typeof list !== 'string') throw checks.failure('cluster.nodes', RULE, list);
  return list.split(',').map((entry) => {
    const match = NODE.exec(entry.trim());
    const port = Number(match?.[3] ?? DEFAULT_PORT);
    if (!match || port < 1 || port > 65_535) throw checks.failure('cluster.nodes', RULE, list);
    return { host: match[1] ?? match[2] ?? '', port };
  });
}
