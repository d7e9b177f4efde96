import {
  brotliCompressSync,
  brotliDecompressSync,
  constants,
  gunzipSync,
  gzipSync,
  zstdCompressSync,
  zstdDecompressSync,
} from 'node:zlib';
import { type Size, withDefaults } from '@breakwater/core';
import { checks } from '../errors.ts';

/** Those of Node itself: nothing is to be installed. */
export type CompressionAlgorithm = 'zstd' | 'gzip' | 'brotli';

/** What a policy's `redis.compression` may say beyond an algorithm's name. */
export interface CompressionOptions {
  /**
   * zstd is as small as gzip or smaller, and several times as fast above 16 KB.
   * @default 'zstd'
   */
  readonly algorithm?: CompressionAlgorithm;
  /**
   * Shorter encoded values stay as they are.
   * @default '1kb'
   */
  readonly threshold?: Size;
  /**
   * zstd 1 to 19, gzip 1 to 9, brotli 0 to 11: higher is smaller and slower.
   * @default zstd 3, gzip 6, brotli 4
   */
  readonly level?: number;
}

export const COMPRESSION_DEFAULTS = Object.freeze({
  algorithm: 'zstd',
  threshold: '1kb',
  level: undefined,
}) satisfies CompressionOptions;

export interface ResolvedCompression {
  readonly algorithm: CompressionAlgorithm;
  readonly thresholdBytes: number;
  readonly level: number;
}

/** A payload as it lies in a frame. */
export interface Packed {
  readonly compression: CompressionAlgorithm | 'none';
  readonly payload: Buffer;
}

interface Algorithm {
  readonly levels: { readonly min: number; readonly max: number; readonly normal: number };
  compress(payload: Buffer, level: number): Buffer;
  /** Throws as soon as there are more than `maxOutputLength` bytes. */
  inflate(payload: Buffer, limit: { readonly maxOutputLength: number }): Buffer;
}

const ALGORITHMS: Readonly<Record<CompressionAlgorithm, Algorithm>> = Object.freeze({
  zstd: {
    levels: { min: 1, max: 19, normal: 3 },
    compress: (payload, level) => zstdCompressSync(payload, { params: { [constants.ZSTD_c_compressionLevel]: level } }),
    inflate: zstdDecompressSync,
  },
  gzip: {
    levels: { min: 1, max: 9, normal: 6 },
    compress: (payload, level) => gzipSync(payload, { level }),
    inflate: gunzipSync,
  },
  brotli: {
    levels: { min: 0, max: 11, normal: 4 },
    compress: (payload, level) => brotliCompressSync(payload, { params: { [constants.BROTLI_PARAM_QUALITY]: level } }),
    inflate: brotliDecompressSync,
  },
});

const NAMES = Object.freeze(['zstd', 'gzip', 'brotli'] as const);

/** @throws OptionError `ERR_CACHE_OPTION`. */
export function resolveCompression(
  option: string,
  given: 'none' | CompressionAlgorithm | CompressionOptions,
): ResolvedCompression | undefined {
  if (given === 'none') return undefined;
  if (typeof given === 'string') checks.oneOf(option, given, ['none', ...NAMES]);
  const options = typeof given === 'string' ? { algorithm: given } : given;
  checks.known(option, options, Object.keys(COMPRESSION_DEFAULTS));
  const merged = withDefaults<CompressionOptions, typeof COMPRESSION_DEFAULTS>(options, COMPRESSION_DEFAULTS);
  const algorithm = checks.oneOf(`${option}.algorithm`, merged.algorithm, NAMES);
  const { min, max, normal } = ALGORITHMS[algorithm].levels;
  return {
    algorithm,
    thresholdBytes: checks.size(`${option}.threshold`, merged.threshold, { min: 0 }),
    level: checks.integer(`${option}.level`, options.level ?? normal, { min, max }),
  };
}

/**
 * Compresses a payload where that is asked for, and makes it shorter.
 *
 * On the event loop, see docs/decisions/0015: a large value's JSON takes longer, and behind a thread's detour a later
 * write of the same key could overtake this one.
 */
export function packPayload(payload: Buffer, compression: ResolvedCompression | undefined): Packed {
  if (!compression || payload.length < compression.thresholdBytes) return { compression: 'none', payload };
  const { algorithm, level } = compression;
  const compressed = ALGORITHMS[algorithm].compress(payload, level);
  return compressed.length < payload.length
    ? { compression: algorithm, payload: compressed }
    : { compression: 'none', payload };
}

/** The payload as the codec wrote it, `undefined` for what does not inflate, or not within `maxBytes`. */
export function unpackPayload(
  payload: Buffer,
  compression: Packed['compression'],
  maxBytes: number,
): Buffer | undefined {
  if (compression === 'none') return payload;
  try {
    return ALGORITHMS[compression].inflate(payload, { maxOutputLength: maxBytes });
  } catch {
    // Stored data is hostile: whatever zlib throws means that nothing of ours is in it, or too much.
    return undefined;
  }
}
