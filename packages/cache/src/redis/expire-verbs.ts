import { FRAME_VERSION } from '../entries/frame.ts';

/**
 * The part of the changes script that ends freshness; `key`, `value`, `read`, `force`, `apply`, `header` and `log_tag`
 * are the script's.
 */
export const EXPIRE_VERBS = `
-- The times of an entry lie in its frame, six bytes each: when it was stored from the fifth byte, until when it is
-- fresh from the 11th, for how long it is of use after that from the 23rd. What may not be served stale, is no frame
-- of this version, or cannot be written to (Redis is full) is removed.
local function time(frame, at)
  local milliseconds = 0
  for position = at, at + 5 do milliseconds = milliseconds * 256 + string.byte(frame, position) end
  return milliseconds
end

local function bytes(milliseconds)
  local text = ''
  for _ = 1, 6 do
    text = string.char(milliseconds % 256) .. text
    milliseconds = math.floor(milliseconds / 256)
  end
  return text
end

local function expire(entry, now)
  local frame = header(entry)
  local isFrame = #frame == 28 and string.sub(frame, 1, 3) == 'BW\\${FRAME_VERSION}'
  if not isFrame or time(frame, 23) == 0 then return redis.call('UNLINK', entry) end
  local at = math.max(now, time(frame, 5))
  if at >= time(frame, 11) then return 1 end
  local written = redis.pcall('SETRANGE', entry, 10, bytes(at))
  return type(written) == 'number' and 1 or redis.call('UNLINK', entry)
end

function apply.expireEntry()
  local entry = key()
  return expire(entry, tonumber(value()))
end

function apply.expire()
  local entry = key()
  local tombstone = key()
  local now = tonumber(value())
  local id = value()
  local ttl = value()
  local reply = force(tombstone, id, ttl)
  local touched = expire(entry, now)
  return reply.err and reply or touched
end

-- The id stays, and behind it the times of the last four expiries: an entry is stale since the first one that its
-- stamp lacks.
function apply.expireTag()
  local tag = key()
  local now = tonumber(value())
  local failure = log_tag(force)
  if failure then return failure end
  local generation = read(tag)
  if not generation then return 0 end
  local times = {}
  for at in string.gmatch(generation, '~(%d+)') do times[#times + 1] = at end
  if #times > 0 then now = math.max(now, tonumber(times[#times]) + 1) end
  times[#times + 1] = string.format('%.0f', now)
  if #times > 4 then table.remove(times, 1) end
  local id = string.match(generation, '^[^~]*')
  local reply = redis.pcall('SET', tag, id .. '~' .. table.concat(times, '~'), 'KEEPTTL')
  return reply.err and reply or 1
end
`;
