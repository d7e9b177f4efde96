import type { Cache } from './cache.ts';
import { checks } from './errors.ts';
import { checkCallOptions, type WriteOptions } from './options/call-options.ts';

/** What `cached` takes: how a call names its key, and what a write takes. */
export interface CachedOptions<This, Arguments extends readonly unknown[], PolicyName extends string = string>
  extends WriteOptions<PolicyName> {
  /** The key of a call, as a function of the instance too. Calls whose values differ must not share one. */
  readonly key: (this: This, ...values: Arguments) => string;
}

/** A method that may be cached. */
type Method<This, Arguments extends readonly unknown[], Value> = (
  this: This,
  ...values: Arguments
) => Value | Promise<Value>;

/**
 * A decorator (TC39) that puts a method behind a cache: each call is a `getOrLoad` under the key that `options.key` makes of
 * its arguments.
 *
 * @param cache the cache, or a function that gives that of an instance: none is made yet when the decorator runs.
 * @throws OptionError `ERR_CACHE_OPTION` without a key, for an option that no call takes, and on what is no method.
 */
export function cached<This, Arguments extends readonly unknown[], Value, PolicyName extends string = string>(
  cache: Cache<PolicyName> | ((instance: This) => Cache<PolicyName>),
  options: CachedOptions<This, Arguments, NoInfer<PolicyName>>,
) {
  checks.callable('key', options?.key);
  checkCallOptions(options);
  return function decorate(
    method: Method<This, Arguments, Value>,
    context: ClassMethodDecoratorContext<This, Method<This, Arguments, Value>>,
  ): (this: This, ...values: Arguments) => Promise<Value> {
    if (context.kind !== 'method') throw checks.failure('@cached', 'on a method', context.kind);
    return async function cachedMethod(...values) {
      const own = typeof cache === 'function' ? cache(this) : cache;
      const key = options.key.call(this, ...values);
      return own.getOrLoad<Value>(key, () => method.call(this, ...values), options);
    };
  };
}
