import { defineScript } from '@breakwater/core/redis';

/**
 * `endOfPeriod` of `quota-period.ts` in seconds, where the clock is that all instances share. Months by the civil-from-days
 * method: years begin in March, so that the day that is not always there comes last.
 */
export const END_OF_PERIOD = `
local function endOfPeriod(period, now)
  if period == 'hourly' then return now - now % 3600 + 3600 end
  if period == 'daily' then return now - now % 86400 + 86400 end
  local days = math.floor(now / 86400) + 719468
  local dayOfEra = days % 146097
  local yearOfEra = math.floor(
    (dayOfEra - math.floor(dayOfEra / 1460) + math.floor(dayOfEra / 36524) - math.floor(dayOfEra / 146096)) / 365)
  local dayOfYear = dayOfEra - (365 * yearOfEra + math.floor(yearOfEra / 4) - math.floor(yearOfEra / 100))
  local month = math.floor((5 * dayOfYear + 2) / 153)
  local nextMonth = math.floor((153 * (month + 1) + 2) / 5)
  -- February ends with the year, which has 365 days or 366.
  if month == 11 then
    local year = yearOfEra + 1
    local isLeap = year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
    nextMonth = isLeap and 366 or 365
  end
  return (days - dayOfYear + nextMonth - 719468) * 86400
end
`;

/**
 * Adds ARGV[2] to what was used in the present period, and ARGV[3] too if that is the one that ends at ARGV[4]; gives what was
 * used, and the period's end in seconds. KEYS[1] is a hash of both, which leaves with the period. A count of a later period
 * stays: the clock stepped back, and nothing is given away.
 */
export const TRACK = defineScript(`${END_OF_PERIOD}
local key, period, cost = KEYS[1], ARGV[1], tonumber(ARGV[2])
local now = tonumber(redis.call('TIME')[1])
local ends = endOfPeriod(period, now)
local known = redis.pcall('HMGET', key, 'used', 'ends')
-- Somebody else's: it would keep the user from being counted for as long as it is there.
if known.err then redis.call('UNLINK', key) end
local counted, countedUntil = tonumber(known[1] or ''), tonumber(known[2] or '')
local used = 0
if counted and countedUntil and countedUntil >= ends then used, ends = counted, countedUntil end
if tonumber(ARGV[4]) == ends then cost = cost + tonumber(ARGV[3]) end
if cost > 0 then
  used = used + cost
  redis.call('HSET', key, 'used', used, 'ends', ends)
  redis.call('PEXPIREAT', key, ends * 1000)
end
return { used, ends }
`);
