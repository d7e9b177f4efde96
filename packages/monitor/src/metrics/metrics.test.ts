import type { PoolStats } from '@breakwater/redis-pool';
import { AggregatorRegistry, type OpenMetricsContentType, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { type Exposition, parseExposition } from '../../test/exposition.ts';
import {
  allParts,
  cacheOutcomes,
  cacheStats,
  httpCacheStats,
  httpOutcomes,
  latency,
  poolStats,
  sessionStats,
} from '../../test/sample-stats.ts';
import { createMonitor } from '../monitor.ts';
import type { MonitorOptions } from '../options.ts';

const authorize = () => true;

async function scrape(options: MonitorOptions): Promise<Exposition> {
  return parseExposition(await createMonitor({ authorize, ...options }).registry.metrics());
}

describe('metrics', () => {
  const name = 'default';

  it('every family has a help and a type, counters end in _total, names follow the conventions', async () => {
    const { types, helps } = await scrape(allParts());
    expect([...helps.keys()]).toEqual([...types.keys()]);
    for (const [family, type] of types) {
      expect(family).toMatch(/^(breakwater|redis)_[a-z_]+$/);
      expect([family, family.endsWith('_total')]).toEqual([family, type === 'counter']);
      if (type === 'histogram') expect(family).toMatch(/_seconds$/);
      expect(helps.get(family)).toMatch(/^\S.*\.$/);
    }
  });

  it("the pool's numbers appear exactly, under the names every Redis dashboard knows too", async () => {
    const { value } = await scrape(allParts());
    expect(value('redis_health_status', { name })).toBe(1);
    expect(value('redis_connections_total', { name })).toBe(5);
    expect(value('redis_connection_errors_total', { name })).toBe(6);
    expect(value('breakwater_redis_lanes', { name, state: 'ready' })).toBe(3);
    expect(value('breakwater_redis_lanes', { name, state: 'away' })).toBe(1);
    expect(value('breakwater_redis_commands_in_flight', { name })).toBe(2);
    const outcomes = ['ok', 'reply-error', 'deadline', 'outage', 'rejected', 'overloaded'];
    expect(outcomes.map((outcome) => value('breakwater_redis_commands_total', { name, outcome }))).toEqual([
      5, 1, 4, 5, 7, 8,
    ]);
    expect(value('breakwater_redis_retries_total', { name })).toBe(12);
    expect(value('breakwater_redis_circuit_openings_total', { name })).toBe(3);
  });

  it('what Redis says about itself appears once it was inspected, and as far as it says it', async () => {
    const told = [
      'memory_bytes',
      'memory_limit_bytes',
      'evicted_keys_total',
      'connected_clients',
      'clock_offset_seconds',
    ];
    const read = async (inspection: PoolStats['inspection']) => {
      const { series } = await scrape({ pool: { stats: () => poolStats({ inspection }) } });
      return told.map((what) => series.find((one) => one.name === `breakwater_redis_${what}`)?.value);
    };
    expect(await read(poolStats().inspection)).toEqual([700, 2000, 21, 22, -0.25]);
    expect(await read(undefined)).toEqual(Array(5).fill(undefined));
    const refused = { at: 0, redis: {}, refusals: { INFO: 'NOPERM', TIME: 'NOPERM' } };
    expect(await read(refused)).toEqual(Array(5).fill(undefined));
  });

  it.each([
    ['starting', 0],
    ['down', 0],
    ['closed', 0],
    ['degraded', 0.5],
  ] as const)('redis_health_status while the pool is %s is %d', async (health, status) => {
    const { value } = await scrape({ pool: { stats: () => poolStats({ health }) } });
    expect(value('redis_health_status', { name })).toBe(status);
  });

  it('a state is 1 in its own series and 0 in the others', async () => {
    const { value } = await scrape({ pool: { stats: () => poolStats({ circuit: 'half-open' }) } });
    const states = ['closed', 'open', 'half-open'].map((state) =>
      value('breakwater_redis_circuit_state', { name, state }),
    );
    expect(states).toEqual([0, 0, 1]);
  });

  it("the cache's numbers appear exactly, by policy and tier", async () => {
    const { value } = await scrape(allParts());
    const policy = 'default';
    expect(value('breakwater_cache_hits_total', { name, policy, tier: 'memory' })).toBe(700);
    expect(value('breakwater_cache_hits_total', { name, policy, tier: 'redis' })).toBe(200);
    const byPolicy = ['misses', 'bypass', 'stale', 'refreshes', 'coalesced', 'loads', 'load_errors', 'sets', 'fenced'];
    expect(byPolicy.map((what) => value(`breakwater_cache_${what}_total`, { name, policy }))).toEqual([
      100, 48, 26, 27, 11, 99, 3, 41, 2,
    ]);
    const memory = ['bytes', 'limit_bytes', 'entries', 'limit_entries', 'evictions_total', 'expiries_total'];
    expect(memory.map((what) => value(`breakwater_cache_memory_${what}`, { name }))).toEqual([
      500, 1000, 60, 80, 13, 15,
    ]);
    const leases = ['taken', 'awaited', 'timed_out'];
    expect(leases.map((what) => value(`breakwater_cache_leases_${what}_total`, { name, policy }))).toEqual([5, 3, 1]);
    expect(value('breakwater_cache_redis_state', { name, state: 'up' })).toBe(1);
    expect(value('breakwater_cache_redis_errors_total', { name })).toBe(14);
    expect(value('breakwater_cache_bus_connected', { name })).toBe(1);
    expect(value('breakwater_cache_bus_messages_total', { name, direction: 'published' })).toBe(16);
    expect(value('breakwater_cache_bus_messages_total', { name, direction: 'received' })).toBe(17);
    const bus = ['replays_total', 'flushes_total', 'instances', 'lag_seconds'];
    expect(bus.map((what) => value(`breakwater_cache_bus_${what}`, { name }))).toEqual([71, 0, 2, 0.0004]);
    expect(value('breakwater_cache_write_back_entries', { name })).toBe(61);
    expect(value('breakwater_cache_write_back_bytes', { name })).toBe(62);
    const by = ['key', 'tag', 'pattern', 'all', 'subject', 'event'].map((target) =>
      value('breakwater_cache_invalidations_total', { name, by: target }),
    );
    expect(by).toEqual([18, 19, 20, 24, 70, 25]);
    const why = ['manual', 'dataChanged', 'errorThreshold', 'pattern'].map((reason) =>
      value('breakwater_cache_invalidation_reasons_total', { name, reason }),
    );
    expect(why).toEqual([66, 67, 68, 69]);
  });

  it("the HTTP cache's outcomes add up to its requests, and reasons are told apart", async () => {
    const { value, series } = await scrape(allParts());
    const policy = 'price';
    const outcomes = ['hit-memory', 'hit-redis', 'coalesced', 'stored', 'not-stored', 'bypass'];
    const counts = outcomes.map((outcome) => value('breakwater_http_cache_requests_total', { name, policy, outcome }));
    expect(counts).toEqual([800, 60, 40, 70, 30, 500]);
    expect(value('breakwater_http_cache_bypass_total', { name, policy, reason: 'authorization' })).toBe(194);
    expect(value('breakwater_http_cache_not_stored_total', { name, policy, reason: 'set-cookie' })).toBe(8);
    expect(value('breakwater_http_cache_not_modified_total', { name, policy })).toBe(21);
    expect(series.filter((one) => one.name === 'breakwater_http_cache_bypass_total')).toHaveLength(5);
  });

  it('what keeps the HTTP cache safe appears exactly: fleet fills, purges, strangers, leaks, quarantine', async () => {
    const policies = { price: httpOutcomes({ leaks: 2, underKeyed: 3 }), news: httpOutcomes() };
    const { value } = await scrape({
      httpCache: { stats: () => httpCacheStats({ policies, quarantined: ['price'] }) },
    });
    const [price, news] = ['price', 'news'].map((policy) => ({ name, policy }));
    const by = (what: string, label: string, values: readonly string[]) =>
      values.map((one) => value(`breakwater_http_cache_${what}`, { ...price, [label]: one }));
    expect(by('fleet_fills_total', 'run', ['here', 'elsewhere'])).toEqual([45, 37]);
    expect(by('shadows_total', 'outcome', ['compared', 'failed'])).toEqual([78, 79]);
    const purges = ['url', 'prefix', 'tag', 'route', 'host', 'all'];
    expect(purges.map((target) => value('breakwater_http_cache_purges_total', { name, by: target }))).toEqual([
      81, 82, 83, 84, 85, 86,
    ]);
    // A series that is there before its first leak shows that leak as a rise.
    for (const [labels, leaks, underKeyed, quarantined] of [
      [price, 2, 3, 1],
      [news, 0, 0, 0],
    ] as const) {
      expect(value('breakwater_http_cache_leaks_total', labels)).toBe(leaks);
      expect(value('breakwater_http_cache_under_keyed_total', labels)).toBe(underKeyed);
      expect(value('breakwater_http_cache_quarantined', labels)).toBe(quarantined);
    }
  });

  it("a request that a route's policy took over is counted under that policy alone", async () => {
    const origin = httpOutcomes({ bypass: { method: 3, 'route-policy': 1000 } });
    const { value, series } = await scrape({ httpCache: { stats: () => httpCacheStats({ policies: { origin } }) } });
    expect(value('breakwater_http_cache_requests_total', { name, policy: 'origin', outcome: 'bypass' })).toBe(3);
    expect(series.filter((one) => one.labels.reason === 'route-policy')).toEqual([]);
  });

  it("the limiter's decisions and the sessions' operations appear exactly", async () => {
    const { value } = await scrape(allParts());
    expect(value('breakwater_rate_limit_decisions_total', { name, plan: 'anonymous', decision: 'allowed' })).toBe(31);
    expect(value('breakwater_rate_limit_decisions_total', { name, plan: 'anonymous', decision: 'denied' })).toBe(32);
    expect(value('breakwater_rate_limit_tier', { name, tier: 'redis' })).toBe(1);
    expect(value('breakwater_rate_limit_redis_errors_total', { name })).toBe(34);
    expect(value('breakwater_rate_limit_memory_keys', { name })).toBe(35);
    const operations = ['read', 'write', 'touch', 'destroy'];
    expect(operations.map((operation) => value('breakwater_session_operations_total', { name, operation }))).toEqual([
      51, 53, 54, 55,
    ]);
    expect(value('breakwater_session_found_total', { name })).toBe(44);
    expect(value('breakwater_session_redis_errors_total', { name })).toBe(57);
  });

  it('histograms are real ones: in seconds, cumulative, +Inf equal to the count, the sum exact', async () => {
    const { types, series, value } = await scrape(allParts());
    const family = 'breakwater_redis_command_duration_seconds';
    expect(types.get(family)).toBe('histogram');
    const buckets = series.filter((one) => one.name === `${family}_bucket`);
    expect(buckets.map(({ labels }) => labels.le)).toEqual([
      ...['0.00005', '0.0001', '0.00025', '0.0005', '0.001', '0.0025', '0.005', '0.01', '0.025', '0.05'],
      ...['0.1', '0.25', '0.5', '1', '2.5', '5', '+Inf'],
    ]);
    expect(buckets.map((bucket) => bucket.value)).toEqual([1, 1, 1, 3, 3, 3, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5, 6]);
    expect(value(`${family}_count`, { name })).toBe(6);
    expect(value(`${family}_sum`, { name })).toBeCloseTo(9.03464, 9);
  });

  it('each scrape shows the totals of its moment, however often it is repeated', async () => {
    let hitMemory = 5;
    const stats = () => cacheStats({ policies: { market: cacheOutcomes({ hitMemory }) } });
    const { registry } = createMonitor({ authorize, cache: { stats } });
    const hits = async () =>
      parseExposition(await registry.metrics()).value('breakwater_cache_hits_total', {
        name,
        policy: 'market',
        tier: 'memory',
      });
    expect([await hits(), await hits()]).toEqual([5, 5]);
    hitMemory = 8;
    expect(await Promise.all([hits(), hits()])).toEqual([8, 8]);
    registry.resetMetrics();
    expect(await hits()).toBe(8);
  });

  it('one scrape asks each part once', async () => {
    let asked = 0;
    const stats = () => {
      asked += 1;
      return cacheStats();
    };
    const { registry } = createMonitor({ authorize, cache: { stats } });
    await registry.metrics();
    expect(asked).toBe(1);
    await registry.metrics();
    expect(asked).toBe(2);
  });

  it('kinds that are not watched have no metrics', async () => {
    const { types } = await scrape({ sessions: { stats: () => sessionStats() } });
    expect([...types.keys()].filter((family) => !family.startsWith('breakwater_session_'))).toEqual([
      'breakwater_monitor_stats_failures_total',
      'breakwater_monitor_guarded_requests_total',
    ]);
  });

  it('several parts of a kind are told apart by name', async () => {
    const cacheOf = (miss: number) => ({ stats: () => cacheStats({ policies: { default: cacheOutcomes({ miss }) } }) });
    const { value } = await scrape({ cache: { market: cacheOf(1), models: cacheOf(2) } });
    expect(value('breakwater_cache_misses_total', { name: 'market', policy: 'default' })).toBe(1);
    expect(value('breakwater_cache_misses_total', { name: 'models', policy: 'default' })).toBe(2);
  });

  it('a policy called like a part of the format is quoted, not obeyed', async () => {
    const odd = 'a"b\\c{d="e"}';
    const { value } = await scrape({
      httpCache: {
        stats: () =>
          httpCacheStats({ policies: { [odd]: { ...httpCacheStats().policies.price, notModified: 7 } as never } }),
      },
    });
    const escaped = odd.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
    expect(value('breakwater_http_cache_not_modified_total', { name, policy: escaped })).toBe(7);
  });
});

describe('the registry', () => {
  it('two monitors in one process have registries of their own', async () => {
    const pools = [poolStats({ connections: 1 }), poolStats({ connections: 2 })];
    const [first, second] = pools.map((stats) => createMonitor({ authorize, pool: { stats: () => stats } }));
    const connections = async (text = '') =>
      parseExposition(text).value('redis_connections_total', { name: 'default' });
    expect(await connections(await first?.registry.metrics())).toBe(1);
    expect(await connections(await second?.registry.metrics())).toBe(2);
  });

  it('a second monitor in the same registry is refused before it registers anything', () => {
    const registry = new Registry();
    createMonitor({ authorize, metrics: { registry }, pool: { stats: () => poolStats() } });
    const before = registry.getMetricsAsArray().length;
    expect(() =>
      createMonitor({ authorize, metrics: { registry }, sessions: { stats: () => sessionStats() } }),
    ).toThrow(expect.objectContaining({ code: 'ERR_MONITOR_METRIC_TAKEN' }));
    expect(registry.getMetricsAsArray()).toHaveLength(before);
  });

  it("the user's registry keeps its own metrics, default labels and format", async () => {
    const registry = new Registry<OpenMetricsContentType>();
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    registry.setDefaultLabels({ service: 'api' });
    createMonitor({ authorize, metrics: { registry }, ...allParts() });
    const text = await registry.metrics();
    expect(text).toMatch(/# EOF\n$/);
    const { value, types } = parseExposition(await registry.metrics());
    expect(types.get('redis_connections')).toBe('counter');
    expect(value('redis_connections_total', { name: 'default', service: 'api' })).toBe(5);
    expect(value('breakwater_redis_command_duration_seconds_count', { name: 'default', service: 'api' })).toBe(6);
  });

  it('default metrics of the process are there only when asked for', async () => {
    expect((await scrape({})).types.has('process_cpu_seconds_total')).toBe(false);
    expect((await scrape({ metrics: { defaultMetrics: true } })).types.has('process_cpu_seconds_total')).toBe(true);
  });

  it("prom-client's cluster aggregation adds workers up, and takes the worst health", async () => {
    const worker = (health: 'up' | 'down') =>
      createMonitor({ authorize, pool: { stats: () => poolStats({ health, latencyMs: latency(1, 2) }) } });
    const answers = await Promise.all(
      [worker('up'), worker('down')].map(({ registry }) => registry.getMetricsAsJSON()),
    );
    const { value } = parseExposition(await AggregatorRegistry.aggregate(structuredClone(answers)).metrics());
    expect(value('redis_health_status', { name: 'default' })).toBe(0);
    expect(value('redis_connections_total', { name: 'default' })).toBe(10);
    expect(value('breakwater_redis_command_duration_seconds_bucket', { name: 'default', le: '+Inf' })).toBe(4);
  });
});
