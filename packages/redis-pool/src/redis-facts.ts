/** What Redis says about itself in INFO. Absent is what it did not say, as managed and compatible servers may not. */
export interface RedisFacts {
  readonly version?: string;
  readonly role?: 'master' | 'replica';
  /** Whether it is a node of a Cluster. */
  readonly isClusterNode?: boolean;
  readonly uptimeSeconds?: number;
  readonly usedMemoryBytes?: number;
  /** 0 where there is no limit. */
  readonly maxMemoryBytes?: number;
  /** `noeviction`, `allkeys-lru`, `volatile-ttl`, … */
  readonly evictionPolicy?: string;
  /** Since it was started. */
  readonly evictedKeys?: number;
  readonly connectedClients?: number;
  readonly maxClients?: number;
  /** For want of a free place among `maxClients`, since it was started. */
  readonly rejectedConnections?: number;
  /** Whether it logs every write to its append-only file. */
  readonly isAppendOnly?: boolean;
  /** Whether the last write to disk, of a snapshot or of the append-only file, failed. */
  readonly hasFailedToSave?: boolean;
}

export function parseInfo(info: string): RedisFacts {
  const fields = new Map<string, string>();
  for (const line of info.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  const text = (field: string) => fields.get(field) || undefined;
  const number = (field: string) => {
    const value = Number(text(field) ?? Number.NaN);
    return Number.isFinite(value) ? value : undefined;
  };
  const flag = (field: string) => {
    const value = number(field);
    return value === undefined ? undefined : value !== 0;
  };
  const saves = [text('rdb_last_bgsave_status'), text('aof_last_write_status')].filter(
    (status) => status !== undefined,
  );
  return onlyKnown({
    version: text('redis_version'),
    role: roleOf(text('role')),
    isClusterNode: flag('cluster_enabled'),
    uptimeSeconds: number('uptime_in_seconds'),
    usedMemoryBytes: number('used_memory'),
    maxMemoryBytes: number('maxmemory'),
    evictionPolicy: text('maxmemory_policy'),
    evictedKeys: number('evicted_keys'),
    connectedClients: number('connected_clients'),
    maxClients: number('maxclients'),
    rejectedConnections: number('rejected_connections'),
    isAppendOnly: flag('aof_enabled'),
    hasFailedToSave: saves.length > 0 ? saves.some((status) => status !== 'ok') : undefined,
  });
}

function roleOf(role: string | undefined): RedisFacts['role'] {
  if (role === 'master') return 'master';
  return role === 'slave' ? 'replica' : undefined;
}

function onlyKnown(facts: { readonly [Name in keyof RedisFacts]: RedisFacts[Name] | undefined }): RedisFacts {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
