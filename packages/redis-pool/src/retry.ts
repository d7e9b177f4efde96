import type { PooledCommand } from './pooled-command.ts';
import type { RetrySettings } from './retry-options.ts';

/**
 * Commands that leave Redis the same and answer the same when they run twice. Not here: whatever counts, appends or
 * takes away, scripts (they may), and DEL and UNLINK (their second answer would be wrong).
 */
const IDEMPOTENT = new Set(
  `get mget getrange strlen exists type ttl pttl expiretime pexpiretime set mset expire pexpire expireat pexpireat
   hget hmget hgetall hexists hkeys hvals hlen hstrlen hscan
   llen lindex lrange lpos smembers sismember smismember scard sscan sinter sunion sdiff sintercard
   zscore zmscore zrank zrevrank zcard zcount zlexcount zrange zrangebyscore zrevrange zrevrangebyscore zrangebylex zscan
   xlen xrange xrevrange getbit bitcount bitpos pfcount geopos geodist geosearch
   scan dbsize ping echo time info`.split(/\s+/),
);

/** With one of these a command asks what is there first, and what is there may be its own work. */
const CONDITIONS = new Set(['NX', 'XX', 'GT', 'LT', 'GET', 'IFEQ', 'IFNE', 'IFDEQ', 'IFDNE']);
const CONDITIONAL = new Set(['set', 'expire', 'pexpire', 'expireat', 'pexpireat']);
/** Behind the key and its value or time: a value that reads like a condition is none. */
const CONDITIONS_FROM = 2;

export function isIdempotent(name: string, args: readonly unknown[]): boolean {
  const known = name.toLowerCase();
  if (!IDEMPOTENT.has(known)) return false;
  if (!CONDITIONAL.has(known)) return true;
  return !args.slice(CONDITIONS_FROM).some((word) => CONDITIONS.has(String(word).toUpperCase()));
}

/**
 * How long to wait before the `repetition`th repetition (from 1): anything up to a limit that doubles each time ("full
 * jitter"), so that the callers of one lost connection do not come back in one instant.
 *
 * @param random from 0 to below 1.
 */
export function retryDelayMs(
  repetition: number,
  { firstMs, longestMs }: Omit<RetrySettings, 'attempts'>,
  random: number,
): number {
  return random * Math.min(longestMs, firstMs * 2 ** (repetition - 1));
}

/** Whether `run` will be called in time for the command; otherwise its caller must hear of the failure now. */
export function repeatLater(
  call: PooledCommand,
  settings: RetrySettings,
  deadlineMs: number,
  run: () => void,
): boolean {
  if (call.repetitions >= settings.attempts || !isIdempotent(call.name, call.args)) return false;
  const delayMs = retryDelayMs(call.repetitions + 1, settings, Math.random());
  if (performance.now() + delayMs >= call.since + deadlineMs) return false;
  call.repetitions += 1;
  setTimeout(run, delayMs);
  return true;
}
