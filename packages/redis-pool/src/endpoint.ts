import { refuseKeyPrefix } from '@breakwater/core/redis';
import type { ClusterNode, NatMap, RedisOptions, SentinelAddress } from 'ioredis';
import type { Client, Endpoint } from './clients.ts';
import { checks } from './errors.ts';
import { parseRedisUrl } from './redis-url.ts';

/** A master that sentinels know, and follow through failovers. */
export interface SentinelSettings {
  /** The sentinels: `[{ host, port }]`. Those they know of are found by themselves. */
  readonly nodes: readonly Partial<SentinelAddress>[];
  /** The master's name. */
  readonly name: string;
  readonly username?: string;
  readonly password?: string;
  /** TLS towards the sentinels; that of the master is `redis.tls`, and goes for both when this is given. */
  readonly tls?: RedisOptions['sentinelTLS'];
  /** Addresses as they are announced, to those that can be reached from here. */
  readonly natMap?: NatMap;
}

export interface ClusterSettings {
  /** Some of the nodes; the others are found by themselves. See {@link parseClusterNodes} for a comma-separated list. */
  readonly nodes: readonly ClusterNode[];
  /**
   * Who answers reads: `master`, `slave` (replicas, which may be behind), or `all`.
   * @default 'master'
   */
  readonly scaleReads?: 'master' | 'slave' | 'all';
  /** Addresses as they are announced, to those that can be reached from here. */
  readonly natMap?: NatMap;
}

/** The four ways to say where Redis is, of which one is given. */
export interface EndpointOptions {
  readonly url: string;
  readonly client?: Client | undefined;
  readonly sentinel?: SentinelSettings | undefined;
  readonly cluster?: ClusterSettings | undefined;
}

/** @param settings of every connection; those that are given by `redis` go before those of the URL. */
export function resolveEndpoint(options: EndpointOptions, settings: RedisOptions): Endpoint {
  const { client, sentinel, cluster } = options;
  if ([client, sentinel, cluster].filter((one) => one !== undefined).length > 1) {
    throw checks.failure('options', 'an object with only one of client, sentinel and cluster', options);
  }
  if (client !== undefined) return resolveClient(client);
  if (cluster !== undefined) return resolveCluster(cluster, settings);
  if (sentinel !== undefined) return resolveSentinel(sentinel, settings);
  return { kind: 'server', settings: { ...parseRedisUrl(options.url), ...settings } };
}

function resolveClient(client: Client): Endpoint {
  checks.callable('client.duplicate', (client as Partial<Client> | null)?.duplicate);
  checks.callable('client.sendCommand', (client as Partial<Client>).sendCommand);
  // The pool would hide it from the packages that walk the keyspace, and a walk takes no prefix.
  refuseKeyPrefix(checks, client, 'client');
  return { kind: 'client', client };
}

function resolveCluster(cluster: ClusterSettings, settings: RedisOptions): Endpoint {
  checks.known('cluster', cluster, ['nodes', 'scaleReads', 'natMap']);
  const { nodes, scaleReads = 'master', natMap } = cluster;
  checkNodes('cluster.nodes', nodes);
  return {
    kind: 'cluster',
    nodes,
    settings,
    options: {
      scaleReads: checks.oneOf('cluster.scaleReads', scaleReads, ['master', 'slave', 'all'] as const),
      ...(natMap && { natMap }),
      // A certificate is for the name, which ioredis would make an address of.
      ...(settings.tls && { dnsLookup: (host, callback) => callback(null, host) }),
    },
  };
}

function resolveSentinel(sentinel: SentinelSettings, settings: RedisOptions): Endpoint {
  checks.known('sentinel', sentinel, ['nodes', 'name', 'username', 'password', 'tls', 'natMap']);
  const { nodes, name, username, password, tls, natMap } = sentinel;
  checkNodes('sentinel.nodes', nodes);
  return {
    kind: 'server',
    settings: {
      ...settings,
      sentinels: [...nodes],
      name: checks.text('sentinel.name', name),
      ...(username !== undefined && { sentinelUsername: username }),
      ...(password !== undefined && { sentinelPassword: password }),
      ...(tls && { sentinelTLS: tls }),
      ...(settings.tls && { enableTLSForSentinelMode: true }),
      ...(natMap && { natMap }),
    },
  };
}

function checkNodes(name: string, nodes: unknown): void {
  if (!Array.isArray(nodes) || nodes.length === 0) throw checks.failure(name, 'a list of at least one node', nodes);
}
