import { type Size, withDefaults } from '@breakwater/core';
import { checks } from '../errors.ts';

/** How the entries of a policy lie in memory, and how they leave it. */
export interface MemoryPolicyOptions {
  /**
   * The most bytes that its entries take together of the cache's `memory.maxSize`, counted as there; the least used
   * of them leave first. 0 keeps them out of memory.
   * @default no share of its own
   */
  readonly maxSize?: Size;
  /**
   * `'frozen'`: all readers get the very object that was set or loaded, so plain objects and arrays in it are frozen,
   * deeply. `'copied'`: each reader gets a deep copy, which may be written to; the given object is copied too, and
   * stays as it is. Has no effect on the values of a space, which are its codec's.
   * @default 'frozen'
   */
  readonly values?: 'frozen' | 'copied';
}

export const MEMORY_POLICY_DEFAULTS = Object.freeze({
  maxSize: undefined,
  values: 'frozen',
}) satisfies MemoryPolicyOptions;

export interface ResolvedMemoryPolicy {
  readonly maxBytes: number | undefined;
  readonly isCopied: boolean;
}

const KEYS = Object.keys(MEMORY_POLICY_DEFAULTS);

/** @throws OptionError `ERR_CACHE_OPTION`. */
export function resolveMemoryPolicy(path: string, given: MemoryPolicyOptions): ResolvedMemoryPolicy {
  checks.known(path, given, KEYS);
  const options = withDefaults<MemoryPolicyOptions, typeof MEMORY_POLICY_DEFAULTS>(given, MEMORY_POLICY_DEFAULTS);
  const values = checks.oneOf(`${path}.values`, options.values, ['frozen', 'copied']);
  return {
    maxBytes: options.maxSize === undefined ? undefined : checks.size(`${path}.maxSize`, options.maxSize, { min: 0 }),
    isCopied: values === 'copied',
  };
}
