/**
 * The part of the changes script that is about leases; `key`, `value`, `read`, `apply` and `channel` are the script's.
 *
 * `header` and `end_lease` are also for the other verbs.
 */
export const LEASE_VERBS = `
-- A lease says who loads a key: its value is the holder's token, with a '+' behind it as soon as somebody waits for its end,
-- or 'unkept' where what is loaded is not kept. No token has either form.
local function holds_lease(lease, token)
  local held = read(lease)
  return held == token or held == token .. '+', held == token .. '+'
end

local function end_lease(lease, token, unkept_ttl, wake)
  local is_holder, is_awaited = holds_lease(lease, token)
  if not is_holder then return 0 end
  if unkept_ttl == 0 or redis.pcall('SET', lease, 'unkept', 'PX', unkept_ttl).err then redis.call('UNLINK', lease) end
  if is_awaited then redis.call('PUBLISH', channel, wake) end
  return 1
end

-- The part of an entry that tells it from the one before it.
local function header(entry)
  local frame = redis.pcall('GETRANGE', entry, 0, 27)
  return type(frame) == 'string' and frame or ''
end

function apply.lease()
  local lease = key()
  local entry = key()
  local token = value()
  local ttl = value()
  if header(entry) ~= value() then return 'changed' end
  local held = read(lease)
  if not held then
    local reply = redis.pcall('SET', lease, token, 'PX', ttl)
    return reply.err and reply or 'taken'
  end
  if held == 'unkept' then return held end
  if held:sub(-1) ~= '+' then redis.pcall('SET', lease, held .. '+', 'KEEPTTL') end
  return 'held'
end

function apply.renew()
  local lease = key()
  local is_holder = holds_lease(lease, value())
  local ttl = value()
  return is_holder and redis.call('PEXPIRE', lease, ttl) or 0
end

function apply.release()
  return end_lease(key(), value(), tonumber(value()), value())
end
`;
