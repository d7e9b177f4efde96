import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { type EndpointOptions, resolveEndpoint } from './endpoint.ts';

const url = 'redis://app:pw@cache/2';
const nodes = [{ host: 'redis-1', port: 7000 }];

describe('where Redis is', () => {
  it('is what the URL says, where nothing else does', () => {
    expect(resolveEndpoint({ url }, { db: 3 })).toEqual({
      kind: 'server',
      settings: { host: 'cache', port: 6379, username: 'app', password: 'pw', db: 3 },
    });
  });

  it('is what sentinels say', () => {
    const sentinel = { nodes, name: 'main', password: 'of the sentinels' };
    expect(resolveEndpoint({ url, sentinel }, { password: 'of the master' })).toEqual({
      kind: 'server',
      settings: {
        sentinels: nodes,
        name: 'main',
        sentinelPassword: 'of the sentinels',
        password: 'of the master',
      },
    });
  });

  it('is a Cluster, whose masters answer reads unless replicas may', () => {
    expect(resolveEndpoint({ url, cluster: { nodes } }, {})).toMatchObject({
      kind: 'cluster',
      nodes,
      options: { scaleReads: 'master' },
    });
    expect(resolveEndpoint({ url, cluster: { nodes, scaleReads: 'slave' } }, {})).toMatchObject({
      options: { scaleReads: 'slave' },
    });
  });

  it('is not made an address of where TLS checks the name', () => {
    const endpoint = resolveEndpoint({ url, cluster: { nodes } }, { tls: {} });
    let found: unknown;
    if (endpoint.kind === 'cluster') endpoint.options.dnsLookup?.('redis-1', (_error, address) => (found = address));
    expect(found).toBe('redis-1');
  });

  it.each([
    [{ cluster: { nodes }, sentinel: { nodes, name: 'main' } }, 'options'],
    [{ cluster: { nodes: [] } }, 'cluster.nodes'],
    [{ cluster: { nodes: 'redis-1:7000' } }, 'cluster.nodes'],
    [{ cluster: { nodes, scaleReads: 'replica' } }, 'cluster.scaleReads'],
    [{ cluster: { nodes, retries: 3 } }, 'cluster'],
    [{ sentinel: { nodes, name: '' } }, 'sentinel.name'],
    [{ sentinel: { name: 'main' } }, 'sentinel.nodes'],
    [{ client: {} }, 'client.duplicate'],
    [{ client: null }, 'client.duplicate'],
    [{ client: new Redis({ lazyConnect: true, keyPrefix: 'app:' }) }, 'client'],
  ])('is refused: %j', (options, option) => {
    expect(() => resolveEndpoint({ url, ...options } as EndpointOptions, {})).toThrow(
      expect.objectContaining({ code: 'ERR_REDIS_POOL_OPTION', option }),
    );
  });
});
