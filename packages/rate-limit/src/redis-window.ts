import { defineScript, type RedisPort, runScript } from '@breakwater/core/redis';
import type { Verdict } from './sliding-window.ts';
import type { WindowStore } from './window-store.ts';

/**
 * `judge` of `sliding-window.ts`, where the hits are. KEYS[1] is a list of times, newest first, in microseconds of the
 * server's own clock: clients may disagree about the time, and several servers' clients count in one log.
 */
const TAKE = defineScript(`
local log = KEYS[1]
local limit, windowMs, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local window = windowMs * 1000
-- The key must not leave before its last hit does, and TIME may be read just after the time PEXPIRE counts from.
local ttlMs = windowMs + 1
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local function hit(index)
  return tonumber(redis.call('LINDEX', log, index))
end

-- The clock stepped back (failover, NTP). The log moves with it: nothing is given away, nobody waits beyond a window.
local newest = hit(0)
if newest and newest > now then
  local hits = redis.call('LRANGE', log, 0, -1)
  redis.call('DEL', log)
  for _, at in ipairs(hits) do
    redis.call('RPUSH', log, at - (newest - now))
  end
  redis.call('PEXPIRE', log, ttlMs)
end

local oldest = hit(-1)
while oldest and oldest + window <= now do
  redis.call('RPOP', log)
  oldest = hit(-1)
end

local used = redis.call('LLEN', log)
local wanted = math.max(cost, 1)
if used + wanted > limit then
  return { 0, used, hit(limit - wanted) + window - now }
end
if used + cost == 0 then
  return { 1, 0, 0 }
end
for _ = 1, cost do
  redis.call('LPUSH', log, now)
end
if cost > 0 then
  redis.call('PEXPIRE', log, ttlMs)
end
return { 1, used + cost, (oldest or now) + window - now }
`);

export function createRedisWindow(redis: RedisPort): WindowStore<Promise<Verdict>> {
  return {
    async take(key, rule, cost) {
      const reply = await runScript(redis, TAKE, [key], [rule.limit, rule.windowMs, cost]);
      // A client may be set to return numbers as texts (ioredis's `stringNumbers`).
      const [allowed, used, freesInMicroseconds] = (reply as unknown[]).map(Number) as [number, number, number];
      return { allowed: allowed === 1, used, freesInMs: freesInMicroseconds / 1000 };
    },
    forget: async (key) => (await redis.unlink([key])) > 0,
  };
}
