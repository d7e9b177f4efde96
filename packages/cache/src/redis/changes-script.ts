import { defineScript } from '@breakwater/core/redis';
import { EXPIRE_VERBS } from './expire-verbs.ts';
import { LEASE_VERBS } from './lease-verbs.ts';

/** Messages that an instance may miss and still make up for; a usual one takes a hundred bytes. */
const MAX_RECORDED = 4096;
const MAX_RECORDED_BYTES = 16_384;
const RECORD_TTL_MS = 3_600_000;

/**
 * Applies changes in order and tells the other instances, in one step: nobody can hear of a change and then read what was
 * there before it, however many connections the client has.
 *
 * ARGV: channel, message (empty for none), `record` or empty, then runs of changes: how many (left out for one), verb, how long
 * what they write is kept (empty where they do not say), and each one's values. KEYS: the stream that records messages if there
 * is one, then each change's keys, in that order. The result has one reply a change, or is 1 where all of them are; one that
 * Redis refuses (OOM) does not keep the others from being applied.
 *
 * @see createBusRecord, which reads the stream.
 */
export const APPLY_CHANGES = defineScript(`
local channel, message, is_recorded = ARGV[1], ARGV[2], ARGV[3] ~= ''
local key_at, value_at = is_recorded and 1 or 0, 3
local function key() key_at = key_at + 1; return KEYS[key_at] end
local function value() value_at = value_at + 1; return ARGV[value_at] end

local apply = {}

-- What is no text is not there, as for those who read it by MGET: anybody may have put it there, and an error over it would
-- cost all that leave with it their changes.
local function read(name)
  local text = redis.pcall('GET', name)
  return type(text) == 'string' and text
end

local function set(fence, id, ttl) return redis.pcall('SET', fence, id, 'PX', ttl) end

-- Also where Redis is full: behind a removal it takes in the same script what it would refuse.
local function force(fence, id, ttl)
  redis.call('UNLINK', fence)
  return set(fence, id, ttl)
end

-- The generation of a tag, made where there is none, kept for at least as long as asked.
function apply.ensure(ttl)
  local tag = key()
  local fresh = value()
  local generation = read(tag)
  if not generation then
    local reply = redis.pcall('SET', tag, fresh, 'PX', ttl)
    return reply.err and reply or fresh
  end
  if redis.call('PTTL', tag) < tonumber(ttl) then redis.call('PEXPIRE', tag, ttl) end
  return generation
end

-- The same data key, wrapped by another.
function apply.rewrap()
  local tag = key()
  local from = value()
  local to = value()
  if read(tag) ~= from then return 0 end
  local reply = redis.pcall('SET', tag, to, 'KEEPTTL')
  return reply.err and reply or 1
end

function apply.store(ttl)
  local entry = key()
  local frame = value()
  local reply = redis.pcall('SET', entry, frame, 'PX', ttl)
  return reply.err and reply or 1
end

-- Stores unless somebody else has invalidated the key since it was written, an age ago. What the writer has invalidated
-- itself it knows of: a tombstone of its own may have come later than the write that followed it. The age is that of when
-- it was sent, so the writer is told how old an older tombstone is, below zero.
function apply.flush(ttl)
  local entry = key()
  local tombstone = key()
  local frame = value()
  local age = tonumber(value())
  local kept_for = tonumber(value())
  local writer = value()
  local id = read(tombstone)
  local dead_for = id and id:sub(1, #writer) ~= writer and kept_for - redis.call('PTTL', tombstone)
  if dead_for and dead_for <= age then return 0 end
  local reply = redis.pcall('SET', entry, frame, 'PX', ttl)
  return reply.err and reply or (dead_for and -dead_for or 1)
end

${LEASE_VERBS}
-- Whether every fence is what it was before the work.
local function fences_hold()
  local holds = true
  for _ = 1, tonumber(value()) do
    if (read(key()) or '') ~= value() then holds = false end
  end
  return holds
end

-- Stores unless one of the fences is no longer what it was before the load. What was loaded under a lease ends it, and is not
-- stored over what another has stored since, nor where another has the lease and is loading what is newer.
function apply.commit(ttl)
  local entry = key()
  local frame = value()
  local holds = fences_hold()
  local token = value()
  if token ~= '' then
    local lease = key()
    local seen = value()
    local was_lost = end_lease(lease, token, 0, value()) == 0
    local present = header(entry)
    if present ~= '' and present ~= seen or was_lost and redis.call('EXISTS', lease) == 1 then holds = false end
  end
  if not holds then return 0 end
  local reply = redis.pcall('SET', entry, frame, 'PX', ttl)
  return reply.err and reply or 1
end

-- Stores what a source has just taken, unless somebody else came to the key meanwhile. What others have loaded from the source
-- before must not come behind it, so it leaves a tombstone.
function apply.replace(ttl)
  local entry = key()
  local tombstone = key()
  local frame = value()
  local id = value()
  local kept_for = value()
  if not fences_hold() then return 0 end
  local reply = redis.pcall('SET', tombstone, id, 'PX', kept_for)
  if not reply.err then reply = redis.pcall('SET', entry, frame, 'PX', ttl) end
  return reply.err and reply or 1
end

function apply.invalidate()
  local entry = key()
  local tombstone = key()
  local id = value()
  local ttl = value()
  local removed = redis.call('UNLINK', entry)
  local reply = set(tombstone, id, ttl)
  return reply.err and reply or removed
end

-- What tells loads that name their tags late that some tag has changed; on a Cluster it lies in another slot.
local function log_tag(put)
  local failure
  for _ = 1, tonumber(value()) do
    local log = key()
    local id = value()
    local reply = put(log, id, value())
    if reply.err then failure = reply end
  end
  return failure
end

-- A generation that is gone is as dead as one that was replaced: no entry's stamp equals it.
function apply.forget()
  local removed = redis.call('UNLINK', key())
  return log_tag(set) or removed
end

${EXPIRE_VERBS}
function apply.sweep()
  local sweep = key()
  local id = value()
  local ttl = value()
  return force(sweep, id, ttl)
end

function apply.announce()
  return 1
end

-- The message's id. What cannot be recorded ends the record: nobody may take it for whole. A long message is such a one,
-- for the stream is bounded by their number.
local function record()
  local id = { err = 'long' }
  if #message <= ${MAX_RECORDED_BYTES} then
    id = redis.pcall('XADD', KEYS[1], 'MAXLEN', '~', ${MAX_RECORDED}, '*', 'm', message)
  end
  if type(id) ~= 'string' then
    redis.call('UNLINK', KEYS[1])
    return ''
  end
  redis.call('PEXPIRE', KEYS[1], ${RECORD_TTL_MS})
  return id .. ' '
end

-- Nearly always all are 1, and that many numbers would cost their reader as much as to write them.
local replies, are_one = {}, true
while value_at < #ARGV do
  local times = tonumber(ARGV[value_at + 1])
  if times then value_at = value_at + 1 end
  local change = apply[value()]
  local ttl = value()
  for _ = 1, times or 1 do
    local reply = change(ttl)
    replies[#replies + 1] = reply
    are_one = are_one and reply == 1
  end
end
if message ~= '' then redis.call('PUBLISH', channel, (is_recorded and record() or '') .. message) end
return are_one and 1 or replies
`);
