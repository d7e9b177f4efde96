import { describe, expect, it } from 'vitest';
import { parseInfo } from './redis-facts.ts';

const infoOf = (...lines: string[]) => ['# Section', ...lines, ''].join('\r\n');

describe('what INFO says', () => {
  it('is read field by field', () => {
    const info = infoOf(
      ...['redis_version:7.0.15', 'role:slave', 'cluster_enabled:1', 'uptime_in_seconds:12', 'used_memory:966336'],
      ...['maxmemory:0', 'maxmemory_policy:allkeys-lru', 'evicted_keys:3', 'connected_clients:5', 'maxclients:100'],
      ...['rejected_connections:7', 'aof_enabled:0', 'rdb_last_bgsave_status:ok', 'aof_last_write_status:err'],
    );
    expect(parseInfo(info)).toEqual({
      version: '7.0.15',
      role: 'replica',
      isClusterNode: true,
      uptimeSeconds: 12,
      usedMemoryBytes: 966_336,
      maxMemoryBytes: 0,
      evictionPolicy: 'allkeys-lru',
      evictedKeys: 3,
      connectedClients: 5,
      maxClients: 100,
      rejectedConnections: 7,
      isAppendOnly: false,
      hasFailedToSave: true,
    });
  });

  it.each([
    ['nothing at all', ''],
    ['only sections', infoOf()],
    ['fields without a value', infoOf('redis_version:', 'maxmemory:', 'role:', 'aof_enabled:')],
    ['what is no number', infoOf('maxmemory:lots', 'used_memory:NaN', 'cluster_enabled:yes')],
    ['a role of its own', infoOf('role:sentinel')],
    ['names out of the prototype', infoOf('role:constructor', '__proto__:1')],
  ])('leaves out what it does not say: %s', (_what, info) => {
    expect(parseInfo(info)).toEqual({});
  });

  it('takes one good status for success where the other is not told', () => {
    expect(parseInfo(infoOf('rdb_last_bgsave_status:ok'))).toEqual({ hasFailedToSave: false });
  });
});
