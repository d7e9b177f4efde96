import { withDefaults } from '@breakwater/core';
import type { Codec } from '../codecs/codec.ts';
import {
  type CompressionAlgorithm,
  type CompressionOptions,
  type ResolvedCompression,
  resolveCompression,
} from '../codecs/compression.ts';
import { OWN_CODECS, type OwnCodecName } from '../codecs/own-codecs.ts';
import { resolveSchema, type StandardSchema, type Validate } from '../entries/schema.ts';
import { checks } from '../errors.ts';

/** How the entries of a policy lie in Redis. */
export interface RedisPolicyOptions {
  /**
   * How values become bytes: `'compact'`, small and fast, or `'json'`, which others can read. All instances read both,
   * whatever they write.
   * @default 'compact'
   */
  readonly codec?: OwnCodecName;
  /**
   * Compresses what Redis holds, where that makes it shorter; memory holds values. All instances read all of them,
   * whatever they write.
   * @default 'none'
   */
  readonly compression?: 'none' | CompressionAlgorithm | CompressionOptions;
  /**
   * Encrypts the values in Redis with the first of `encryption.keys`, and reads nothing there that is not encrypted. Keys,
   * tags and times stay readable, and memory holds values.
   * @default 'none'
   */
  readonly encryption?: 'none' | 'aes-256-gcm';
  /**
   * What a value read from Redis must pass: one that does not is a miss, and readers get the schema's output of one that
   * does. Values that are set or loaded are not validated.
   * @default none
   */
  readonly schema?: StandardSchema;
}

export const REDIS_POLICY_DEFAULTS = Object.freeze({
  codec: 'compact',
  compression: 'none',
  encryption: 'none',
}) satisfies RedisPolicyOptions;

export interface ResolvedRedisPolicy {
  readonly codec: Codec<unknown>;
  readonly compression: ResolvedCompression | undefined;
  readonly isEncrypted: boolean;
  readonly validate: Validate | undefined;
}

const KEYS = [...Object.keys(REDIS_POLICY_DEFAULTS), 'schema'];

/** @throws OptionError `ERR_CACHE_OPTION`. */
export function resolveRedisPolicy(path: string, given: RedisPolicyOptions): ResolvedRedisPolicy {
  checks.known(path, given, KEYS);
  const options = withDefaults<RedisPolicyOptions, typeof REDIS_POLICY_DEFAULTS>(given, REDIS_POLICY_DEFAULTS);
  const encryption = checks.oneOf(`${path}.encryption`, options.encryption, ['none', 'aes-256-gcm']);
  const codec = checks.oneOf(`${path}.codec`, options.codec, ['compact', 'json']);
  return {
    codec: OWN_CODECS[codec],
    compression: resolveCompression(`${path}.compression`, options.compression),
    isEncrypted: encryption !== 'none',
    validate: resolveSchema(`${path}.schema`, options.schema),
  };
}
