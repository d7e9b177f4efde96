import { withDefaults } from '@breakwater/core';
import {
  type CompressionAlgorithm,
  type CompressionOptions,
  type ResolvedCompression,
  resolveCompression,
} from './compression.ts';
import { checks } from './errors.ts';

/** How the entries of a policy lie in Redis. */
export interface RedisPolicyOptions {
  /**
   * Compresses what Redis holds, where that makes it shorter; memory holds values. All instances read all of them,
   * whatever they write.
   * @default 'none'
   */
  readonly compression?: 'none' | CompressionAlgorithm | CompressionOptions;
}

export const REDIS_POLICY_DEFAULTS = Object.freeze({
  compression: 'none',
}) satisfies RedisPolicyOptions;

export interface ResolvedRedisPolicy {
  readonly compression: ResolvedCompression | undefined;
}

const KEYS = Object.keys(REDIS_POLICY_DEFAULTS);

/** @throws OptionError `ERR_CACHE_OPTION`. */
export function resolveRedisPolicy(path: string, given: RedisPolicyOptions): ResolvedRedisPolicy {
  checks.known(path, given, KEYS);
  const options = withDefaults<RedisPolicyOptions, typeof REDIS_POLICY_DEFAULTS>(given, REDIS_POLICY_DEFAULTS);
  return {
    compression: resolveCompression(`${path}.compression`, options.compression),
  };
}
