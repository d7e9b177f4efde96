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
 * what they write is kept (empty where they do not say; a flush has more to say), and each one's values. KEYS: the stream that records messages if there
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

-- A key of another type counts as absent, as it does for MGET: anybody may have put it there, and an error over it
-- would fail every change of the call.
local function read(name)
  local text = redis.pcall('GET', name)
  return type(text) == 'string' and text
end

local function set(fence, id, ttl) return redis.pcall('SET', fence, id, 'PX', ttl) end

-- Works where Redis is full, too: behind a removal in the same script it accepts what it would refuse otherwise.
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

-- Stores what was written an age (in milliseconds) before it was sent, unless another instance has invalidated the key
-- since. A tombstone of the writer's own does not count: the writer knows of it, and it may have come here later than
-- the write that followed it. Since the write is older by now than when it was sent, the age of an older tombstone is
-- the reply, below zero: the writer judges by it.
-- Its terms: ttl, age, how long the writer keeps tombstones, the writer. Few writes find a tombstone.
function apply.flush(terms)
  local entry = key()
  local tombstone = key()
  local frame = value()
  local id = read(tombstone)
  local dead_for
  if id then
    local age, kept_for, writer = terms:match('^%d+ (%d+) (%d+) (.*)$')
    dead_for = id:sub(1, #writer) ~= writer and kept_for - redis.call('PTTL', tombstone)
    if dead_for and dead_for <= tonumber(age) then return 0 end
  end
  local reply = redis.pcall('SET', entry, frame, 'PX', terms:match('^%d+'))
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

-- Stores if every fence is what it was before the load. What was loaded under a lease ends it, and is not stored over
-- what another process has stored since, nor where another one holds the lease by now: what that loads is newer.
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

-- Takes back what a commit has stored, unless something else has come there since.
function apply.withdraw()
  local entry = key()
  if header(entry) ~= value() then return 0 end
  return redis.call('UNLINK', entry)
end

-- Stores what a source has just taken, if every fence is what it was before. It leaves a tombstone, so that what
-- others have loaded from the source before that is not stored over it.
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

-- Removes the very entry that was read, for one of all who have read it. By the whole of it: two of one moment have the same header.
function apply.take()
  local entry = key()
  local tombstone = key()
  local seen = value()
  local id = value()
  local ttl = value()
  local frame = read(entry)
  if not frame or redis.sha1hex(frame) ~= seen then return 0 end
  redis.call('UNLINK', entry)
  local reply = set(tombstone, id, ttl)
  return reply.err and reply or 1
end

-- Changes the log of all tags, for loads that name their tags late. Not on a Cluster, where it lies in another slot:
-- there it is changed by itself.
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

-- Of a tag: without a generation it is as good as with another, since no entry's stamp equals it.
function apply.unlink()
  local removed = redis.call('UNLINK', key())
  return log_tag(set) or removed
end

${EXPIRE_VERBS}
-- A fence by itself: what began before is not kept.
function apply.raise()
  local fence = key()
  local id = value()
  local ttl = value()
  return force(fence, id, ttl)
end

function apply.announce()
  return 1
end

-- Records the message and gives its id. One that cannot be recorded ends the record, so that nobody takes it for
-- whole; a long one is not recorded, since the stream is bounded by the number of its messages.
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

-- Nearly always all replies are 1: as many numbers would cost their reader as much as the changes cost to send.
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
