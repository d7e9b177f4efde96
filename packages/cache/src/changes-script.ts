import { defineScript } from '@breakwater/core/redis';

/**
 * Applies changes in order and tells the other instances, in one step: nobody can hear of a change and then read what was
 * there before it, however many connections the client has.
 *
 * ARGV: channel, message (empty for none), then each change's verb and values. KEYS: each change's keys, in that order. The
 * result has one reply a change; one that Redis refuses (OOM) does not keep the others from being applied.
 */
export const APPLY_CHANGES = defineScript(`
local key_at, value_at = 0, 2
local function key() key_at = key_at + 1; return KEYS[key_at] end
local function value() value_at = value_at + 1; return ARGV[value_at] end

local apply = {}

-- The generation of a tag, made where there is none, kept for at least as long as asked.
function apply.ensure()
  local tag = key()
  local fresh = value()
  local ttl = tonumber(value())
  local generation = redis.call('GET', tag)
  if not generation then
    local reply = redis.pcall('SET', tag, fresh, 'PX', ttl)
    return reply.err and reply or fresh
  end
  if redis.call('PTTL', tag) < ttl then redis.call('PEXPIRE', tag, ttl) end
  return generation
end

function apply.store()
  local entry = key()
  local frame = value()
  local ttl = value()
  return redis.pcall('SET', entry, frame, 'PX', ttl)
end

-- Stores unless somebody else has invalidated the key since it was written, an age ago. What the writer has invalidated
-- itself it knows of: a tombstone of its own may have come later than the write that followed it.
function apply.flush()
  local entry = key()
  local tombstone = key()
  local frame = value()
  local ttl = value()
  local age = tonumber(value())
  local kept_for = tonumber(value())
  local writer = value()
  local id = redis.call('GET', tombstone)
  if id and id:sub(1, #writer) ~= writer and kept_for - redis.call('PTTL', tombstone) <= age then return 0 end
  local reply = redis.pcall('SET', entry, frame, 'PX', ttl)
  return reply.err and reply or 1
end

-- Stores unless one of the fences is no longer what it was before the load.
function apply.commit()
  local entry = key()
  local frame = value()
  local ttl = value()
  local fences = tonumber(value())
  local holds = true
  for _ = 1, fences do
    if (redis.call('GET', key()) or '') ~= value() then holds = false end
  end
  if not holds then return 0 end
  local reply = redis.pcall('SET', entry, frame, 'PX', ttl)
  return reply.err and reply or 1
end

function apply.invalidate()
  local entry = key()
  local tombstone = key()
  local id = value()
  local ttl = value()
  local removed = redis.call('UNLINK', entry)
  local reply = redis.pcall('SET', tombstone, id, 'PX', ttl)
  return reply.err and reply or removed
end

-- A generation that is gone is as dead as one that was replaced: no entry's stamp equals it.
function apply.forget()
  return redis.call('UNLINK', key())
end

function apply.sweep()
  local sweep = key()
  local id = value()
  local ttl = value()
  return redis.pcall('SET', sweep, id, 'PX', ttl)
end

function apply.announce()
  return 1
end

local replies = {}
while value_at < #ARGV do replies[#replies + 1] = apply[value()]() end
if ARGV[2] ~= '' then redis.call('PUBLISH', ARGV[1], ARGV[2]) end
return replies
`);
