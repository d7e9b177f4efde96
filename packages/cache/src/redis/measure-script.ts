import { defineScript } from '@breakwater/core/redis';

/**
 * The bytes of each entry that is named, 0 for all others. KEYS: the entries. ARGV: two for each tag; an entry is
 * named if it carries the first tag, and any one of the others where there are any. Of a tag's two the first is what
 * stands before the generation in a stamp, save for its length, the second the generation's id.
 *
 * A stamp lies somewhere in the first bytes of a frame. It is looked for by the id, which stands nowhere else.
 */
export const MEASURE_ENTRIES = defineScript(`
local function carries(head, tag, id)
  local at = string.find(head, id, 1, true)
  while at do
    local generation = string.sub(head, at, at + (string.byte(head, at - 1) or 0) - 1)
    local isOfTag = string.sub(head, at - 1 - #tag, at - 2) == tag
    if isOfTag and (generation == id or string.sub(generation, 1, #id + 1) == id .. '~') then return true end
    at = string.find(head, id, at + 1, true)
  end
  return false
end

local function isNamed(head)
  if not carries(head, ARGV[1], ARGV[2]) then return false end
  for index = 3, #ARGV, 2 do
    if carries(head, ARGV[index], ARGV[index + 1]) then return true end
  end
  return #ARGV == 2
end

local bytes = {}
for index, key in ipairs(KEYS) do
  local length = redis.pcall('STRLEN', key)
  local isEntry = type(length) == 'number' and length > 0
  local isWanted = isEntry and isNamed(redis.call('GETRANGE', key, 0, 196607))
  bytes[index] = isWanted and length or 0
end
return bytes
`);
