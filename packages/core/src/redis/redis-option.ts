import type { OptionChecks } from '../options.ts';
import type { RedisPort } from './port.ts';

/**
 * The option `redis` of a package that also runs without: absent or `null` is without. A URL or another library's
 * client is refused at once; it would look like an outage that never ends.
 *
 * @throws OptionError which does not show the value: a URL may hold a password.
 */
export function resolveRedis(checks: OptionChecks, redis: unknown): RedisPort | undefined {
  if (redis === undefined || redis === null) return undefined;
  const { evalsha, mgetBuffer } = redis as Partial<RedisPort>;
  if (typeof evalsha === 'function' && typeof mgetBuffer === 'function') return redis as RedisPort;
  throw checks.failure(
    'redis',
    'a Breakwater pool or an ioredis client',
    `${typeof redis === 'object' ? 'an' : 'a'} ${typeof redis} that is neither`,
  );
}

/**
 * ioredis prefixes keys, but not patterns: a walk over the keyspace would find nothing, and say so as if that were true.
 *
 * @throws OptionError for a client with the option `keyPrefix`.
 */
export function refuseKeyPrefix(checks: OptionChecks, client: object, option = 'redis'): void {
  const keyPrefix = (client as { options?: { keyPrefix?: unknown } }).options?.keyPrefix;
  if (keyPrefix) throw checks.failure(option, 'a client without keyPrefix; use namespace instead', { keyPrefix });
}
