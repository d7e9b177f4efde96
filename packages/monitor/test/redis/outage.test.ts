import { createRedisPool } from '@breakwater/redis-pool';
import { eventually, type RedisServer, startRedis } from '@breakwater/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMonitor } from '../../src/index.ts';
import { parseExposition } from '../exposition.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

it('a Redis that dies is seen as degraded and 0, and as healthy and 1 when it is back, in the same process', async () => {
  const pool = createRedisPool({ url: server.url, deadlineMs: '10s' });
  const monitor = createMonitor({ pool, authorize: () => true });
  const name = 'default';
  const seen = async () => {
    const { value } = parseExposition(await monitor.registry.metrics());
    return [monitor.health().status, value('redis_health_status', { name })];
  };

  try {
    await eventually(async () => expect(await seen()).toEqual(['healthy', 1]));
    await pool.ping();
    await server.kill();
    await eventually(async () => {
      await pool.ping().catch(() => undefined);
      expect(await seen()).toEqual(['degraded', 0]);
    });
    expect(monitor.health()).toMatchObject({
      reasons: [{ code: 'redis-down', part: 'pool', name }],
      parts: [{ part: 'pool', status: 'degraded', detail: { health: 'down' } }],
    });
    expect(monitor.stats().recommendations).toMatchObject([{ code: 'redis-away' }]);

    await server.restart();
    await eventually(async () => expect(await seen()).toEqual(['healthy', 1]));
    expect(await pool.ping()).toBe('PONG');

    await pool.inspect();
    const { value } = parseExposition(await monitor.registry.metrics());
    const stats = pool.stats();
    expect(value('breakwater_redis_memory_bytes', { name })).toBe(stats.inspection?.redis.usedMemoryBytes);
    expect(value('breakwater_redis_circuit_openings_total', { name })).toBe(stats.circuitOpenings);
    expect(value('redis_connections_total', { name })).toBe(stats.connections);
    expect(value('redis_connection_errors_total', { name })).toBe(stats.connectionErrors);
    expect(value('breakwater_redis_command_duration_seconds_count', { name })).toBe(stats.latencyMs.count);
    const outcomes = ['ok', 'reply-error', 'deadline', 'outage', 'rejected', 'overloaded'];
    const ended = outcomes.map((outcome) => value('breakwater_redis_commands_total', { name, outcome }));
    expect(ended.reduce((sum, count) => sum + count, 0)).toBe(stats.commands - stats.inFlight);
  } finally {
    await pool.close();
  }
  expect(monitor.health()).toMatchObject({ status: 'unhealthy', reasons: [{ code: 'pool-closed' }] });
});
