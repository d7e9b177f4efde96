import { defineScript } from '@breakwater/core/redis';

/** KEYS: record, tombstone. ARGV: the record, its time to live in ms. 1 where it was stored, 0 where refused. */
export const SAVE = defineScript(`
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`);

/** KEYS: record, tombstone. ARGV: the tombstone's time to live in ms. How many records there were. */
export const DESTROY = defineScript(`
-- First what frees memory: a Redis that is full lets a script go on that has written, and a logout must not fail.
local removed = redis.call('UNLINK', KEYS[1])
redis.call('SET', KEYS[2], '', 'PX', ARGV[1])
return removed
`);
