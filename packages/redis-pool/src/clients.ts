import { Cluster, type ClusterNode, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import { isReceivable, ReceivingConnector } from './receiving.ts';
import { reconnectDelayMs } from './reconnect-delay.ts';

export type Client = Redis | Cluster;

/** Where Redis is. */
export type Endpoint =
  /** A server, or what sentinels say it is. */
  | { readonly kind: 'server'; readonly settings: RedisOptions }
  | {
      readonly kind: 'cluster';
      readonly nodes: readonly ClusterNode[];
      readonly settings: RedisOptions;
      readonly options: Pick<ClusterOptions, 'scaleReads' | 'natMap' | 'dnsLookup'>;
    }
  /** Wherever the user's own client connects to. */
  | { readonly kind: 'client'; readonly client: Client };

/** How a connection for pub/sub differs from what the pool would make. A Cluster's takes none. */
export type SubscriberSettings = Pick<RedisOptions, 'protocol' | 'autoResubscribe' | 'autoResendUnfulfilledCommands'>;

/** What a connection is for, which decides what becomes of its commands when the socket is gone. */
export type Role =
  /** No command outlives its socket, waits for one, or is sent twice: whoever sent it decides what to do. */
  | { readonly name: 'command'; readonly carries: 'small values' | 'large values' }
  /** Subscriptions wait for a connection and outlive it. */
  | { readonly name: 'subscriber'; readonly settings?: SubscriberSettings }
  /** Commands wait for a connection, but none is sent twice: it may have taken something off a list. */
  | { readonly name: 'blocking'; readonly longestMs: number };

export function isCluster(client: Client): client is Cluster {
  return client.isCluster;
}

/** @param onSentinelsLost is told each time that none of the sentinels answers, which is asked again and again. */
export function openClient(endpoint: Endpoint, role: Role, onSentinelsLost: () => void): Client {
  const delayMs = (attempt: number) => reconnectDelayMs(attempt, Math.random());
  const isPatient = role.name !== 'command';
  const isRepeating = role.name === 'subscriber';

  const everywhere = {
    // A socket that is given up is usually silent: it would not answer our FIN either.
    disconnectTimeout: 0,
    // How often a server that is loading its data is asked whether it has done.
    maxLoadingRetryTime: 500,
    maxRetriesPerRequest: isRepeating ? null : 0,
    autoResendUnfulfilledCommands: isRepeating,
    ...(role.name === 'blocking' && { blockingTimeout: role.longestMs }),
  } satisfies RedisOptions;
  const ofServer = {
    ...everywhere,
    enableOfflineQueue: isPatient,
    retryStrategy: delayMs,
    sentinelRetryStrategy(attempt) {
      onSentinelsLost();
      return delayMs(attempt);
    },
  } satisfies RedisOptions;
  const ofCluster = {
    // A node's connection is made for its first command, which has to wait for it. What waits stays counted as in flight
    // on its lane, and is not sent once its caller was told.
    enableOfflineQueue: true,
    clusterRetryStrategy: delayMs,
    // Replicas that were added are heard of in no other way.
    slotsRefreshInterval: 30_000,
    // ioredis would send what was under way to a lost node again, whatever it is.
    retryDelayOnFailover: isRepeating ? 100 : 0,
    // The pool counts CLUSTERDOWN, and decides what is repeated.
    retryDelayOnClusterDown: isRepeating ? 100 : 0,
  } satisfies ClusterOptions;

  const asked = role.name === 'subscriber' ? role.settings : undefined;
  switch (endpoint.kind) {
    case 'server':
      return new Redis({ ...endpoint.settings, ...ofServer, ...asked, ...receivingOf(endpoint.settings) });
    case 'cluster':
      return new Cluster([...endpoint.nodes], {
        ...endpoint.options,
        ...ofCluster,
        redisOptions: { ...endpoint.settings, ...everywhere, ...receivingOf(endpoint.settings) },
      });
    case 'client':
      return isCluster(endpoint.client)
        ? endpoint.client.duplicate([], {
            ...ofCluster,
            ...NOT_INHERITED_BY_CLUSTER,
            ...(role.name !== 'subscriber' && { shardedSubscribers: false }),
            redisOptions: {
              ...everywhere,
              ...NOT_INHERITED,
              ...receivingOf(endpoint.client.options.redisOptions),
            },
          })
        : endpoint.client.duplicate({
            ...ofServer,
            ...NOT_INHERITED,
            ...receivingOf(endpoint.client.options),
            lazyConnect: false,
            ...asked,
          });
  }
}

function receivingOf(settings: RedisOptions = {}): Pick<RedisOptions, 'Connector'> {
  return isReceivable(settings) ? { Connector: ReceivingConnector } : {};
}

/** What the user's own client may have, and the pool does in other ways. */
const NOT_INHERITED = {
  autoResubscribe: true,
  enableReadyCheck: true,
  enableAutoPipelining: false,
  monitor: false,
  reconnectOnError: null,
  commandTimeout: undefined,
  socketTimeout: undefined,
} satisfies { [Setting in keyof RedisOptions]: RedisOptions[Setting] | undefined };

const NOT_INHERITED_BY_CLUSTER = {
  enableReadyCheck: true,
  enableAutoPipelining: false,
  lazyConnect: false,
} satisfies ClusterOptions;
