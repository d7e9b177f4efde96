import { describe, expect, it } from 'vitest';
import { parseClusterNodes } from './cluster-nodes.ts';

describe('a list of Cluster nodes', () => {
  it.each([
    ['redis-1:7000', [{ host: 'redis-1', port: 7000 }]],
    [
      '10.0.0.1:7000, 10.0.0.2:7001',
      [
        { host: '10.0.0.1', port: 7000 },
        { host: '10.0.0.2', port: 7001 },
      ],
    ],
    ['cache.example.com', [{ host: 'cache.example.com', port: 6379 }]],
    ['[::1]:7000', [{ host: '::1', port: 7000 }]],
  ])('%s is read', (list, nodes) => {
    expect(parseClusterNodes(list)).toEqual(nodes);
  });

  it.each(['', 'redis-1,', 'redis-1:0', 'redis-1:65536', 'redis://redis-1:7000', '::1:7000', 'user@host', undefined])(
    '%s is refused',
    (list) => {
      expect(() => parseClusterNodes(list as string)).toThrow(
        expect.objectContaining({ code: 'ERR_REDIS_POOL_OPTION', option: 'cluster.nodes' }),
      );
    },
  );
});
