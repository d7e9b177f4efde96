import { BreakwaterError, createOptionChecks, describeValue, type OptionError } from '@breakwater/core';

export const checks = createOptionChecks('CACHE');

/** One code for each kind of input, whatever is wrong with it: the message says that. */
export type CacheInputCode =
  | 'ERR_CACHE_KEY'
  | 'ERR_CACHE_TAG'
  | 'ERR_CACHE_SUBJECT'
  | 'ERR_CACHE_POLICY'
  | 'ERR_CACHE_PATTERN'
  | 'ERR_CACHE_TARGET'
  | 'ERR_CACHE_TOKEN'
  | 'ERR_CACHE_VALUE'
  | 'ERR_CACHE_LOADER';

/** What a call was given cannot be cached or named; wrong options of a call are an `OptionError` with `ERR_CACHE_OPTION`. */
export class CacheInputError extends BreakwaterError {
  override readonly name = 'CacheInputError';

  constructor(code: CacheInputCode, message: string) {
    super(code, message);
  }
}

/** The loader ran for longer than its policy's `load.hardTimeout`, and there was nothing stale to serve. */
export class LoadTimeoutError extends BreakwaterError {
  override readonly name = 'LoadTimeoutError';
  readonly timeoutMs: number;

  constructor(key: string, timeoutMs: number) {
    super(
      'ERR_CACHE_LOAD_TIMEOUT',
      `The loader of ${describeValue(key)} gave nothing within ${timeoutMs} ms, its policy's load.hardTimeout.`,
    );
    this.timeoutMs = timeoutMs;
  }
}

/** A loader asked for what waits for it: its own key, or one whose loader asks for its own. */
export class CircularLoadError extends BreakwaterError {
  override readonly name = 'CircularLoadError';
  /** Each loader asks for the next key, and the last key is the first again. */
  readonly keys: readonly string[];

  constructor(keys: readonly string[]) {
    super(
      'ERR_CACHE_CIRCULAR_LOAD',
      `Loaders would wait for each other: ${keys.map(describeValue).join(' -> ')}. Let none of them ask for a key that waits for it.`,
    );
    this.keys = keys;
  }
}

export function keyError(rule: string, key: unknown): CacheInputError {
  return new CacheInputError('ERR_CACHE_KEY', `A key must be ${rule}, got ${describeValue(key)}.`);
}

export function tagError(rule: string, tag: unknown): CacheInputError {
  return new CacheInputError('ERR_CACHE_TAG', `${rule}, got ${describeValue(tag)}.`);
}

export function subjectError(rule: string, subject: unknown): CacheInputError {
  return new CacheInputError('ERR_CACHE_SUBJECT', `A subject must be ${rule}, got ${describeValue(subject)}.`);
}

export function patternError(rule: string, pattern: unknown): CacheInputError {
  return new CacheInputError('ERR_CACHE_PATTERN', `A pattern must be ${rule}, got ${describeValue(pattern)}.`);
}

export function policyError(policy: unknown, known: Iterable<string>): CacheInputError {
  const names = [...known].join(', ');
  return new CacheInputError(
    'ERR_CACHE_POLICY',
    `There is no policy ${describeValue(policy)}. Declare it in createCache's policies, or name one of: ${names}.`,
  );
}

/** For a space that is open already, with other options. */
export function spaceTakenError(name: string): OptionError {
  return checks.failure('space', "a name that is not in use with another codec or another 'finds'", name);
}

export function loaderError(policy: string): CacheInputError {
  return new CacheInputError(
    'ERR_CACHE_LOADER',
    `There is nothing to load from: give the call a loader, or the policy ${describeValue(policy)} a source with load.`,
  );
}

export function targetError(target: unknown): CacheInputError {
  return new CacheInputError(
    'ERR_CACHE_TARGET',
    `A target is exactly one of { key }, { tag }, { pattern } and { all: true }, got ${describeValue(target)}.`,
  );
}

export function tokenError(token: unknown): CacheInputError {
  return new CacheInputError('ERR_CACHE_TOKEN', `demand takes what token() gave, got ${describeValue(token)}.`);
}

/** @param path where in the value, such as `value.user.name`. */
export function valueError(path: string, what: string): CacheInputError {
  return new CacheInputError(
    'ERR_CACHE_VALUE',
    `${path} is ${what}, which a cache entry cannot hold. Store plain data in its place.`,
  );
}

export function pairsError(given: unknown): CacheInputError {
  return new CacheInputError('ERR_CACHE_VALUE', `setMany takes [key, value] pairs, got ${describeValue(given)}.`);
}

export function batchError(loaded: unknown): CacheInputError {
  return new CacheInputError(
    'ERR_CACHE_VALUE',
    `loadMany's loader must give a Map of values by key, got ${describeValue(loaded)}.`,
  );
}

export function valueTooLargeError(key: string, bytes: number, maxBytes: number): CacheInputError {
  return new CacheInputError(
    'ERR_CACHE_VALUE',
    `The value of ${describeValue(key)} is ${bytes} bytes encoded; maxEntrySize allows ${maxBytes}.`,
  );
}
