import type { Codec } from '../codecs/codec.ts';
import type { Call, Engine } from '../engine.ts';
import { addressOf } from '../entries/address.ts';
import { spread } from '../entries/freshness.ts';
import { checks, loaderError } from '../errors.ts';
import { checkKey, valuesByKey } from '../input.ts';
import { callLoader } from '../loading/call-loader.ts';
import { asLoaderOf } from '../loading/circles.ts';
import type { Wanted } from '../loading/load-many.ts';
import type { OneRequest } from '../loading/load-one.ts';
import type { Loader } from '../loading/loader.ts';
import { loaderOf } from '../loading/source-loader.ts';
import {
  checkCallOptions,
  type LoadCallOptions,
  type ReadOptions,
  type WriteOptions,
} from '../options/call-options.ts';
import { LOAD_MODES } from '../options/load-options.ts';
import type { Policies, Policy } from '../options/policies.ts';
import { sharedTermsOf, type WriteTerms, withSubject } from '../options/terms.ts';
import { encodeForWrite, type ValueToWrite } from '../writing/write.ts';

/** What is to be done for a part's callers: what they gave, checked, and their policy where they gave nothing. */
export interface Requests {
  /**
   * A hit in memory asks for no more. What else `options` say is checked by those below: to look through
   * them would cost a hit a fifth more.
   *
   * @throws CacheInputError `ERR_CACHE_POLICY`.
   */
  policyOf(options: ReadOptions | undefined): Policy;
  /** @throws CacheInputError `ERR_CACHE_KEY`. */
  callOf(key: string, policy: Policy): Call;
  /** The same for a read, whose options are checked. @throws OptionError `ERR_CACHE_OPTION`. */
  readOf(key: string, policy: Policy, options: ReadOptions | undefined): Call;
  /** @throws OptionError `ERR_CACHE_OPTION`, CacheInputError `ERR_CACHE_TAG`, `ERR_CACHE_SUBJECT`; as all that follow. */
  termsOf(key: string, policy: Policy, options: WriteOptions | undefined): WriteTerms;
  /** @throws CacheInputError `ERR_CACHE_LOADER` where neither the caller nor the policy has a loader. */
  loadOf(key: string, given: Loader<unknown> | undefined, policy: Policy, options?: LoadCallOptions): OneRequest;
  /** @throws OptionError `ERR_CACHE_OPTION` for an unknown mode. */
  waitOf(options: LoadCallOptions | undefined): Pick<OneRequest, 'signal' | 'mode'>;
  loadsOf(keys: readonly string[], policy: Policy, options: WriteOptions | undefined): Wanted[];
  /** @throws CacheInputError `ERR_CACHE_KEY`, `ERR_CACHE_VALUE`. */
  writeOf(key: string, value: unknown, policy: Policy, options: WriteOptions | undefined): ValueToWrite;
  /** The same for many; of a key that is there twice the last. */
  writesOf(
    pairs: Iterable<readonly [string, unknown]>,
    policy: Policy,
    options: WriteOptions | undefined,
  ): ValueToWrite[];
}

export interface RequestsOptions {
  readonly policies: Policies;
  readonly space: string;
  /** That of the values of a space; the cache's own are written with their policy's. */
  readonly codec: Codec<unknown> | undefined;
  /** The policy of callers that name none. */
  readonly policy: string;
}

export function createRequests(
  engine: Engine,
  { policies, space, codec, policy: ownPolicyName }: RequestsOptions,
): Requests {
  const ownPolicy = policies.get(ownPolicyName);

  function callOf(key: string, { memory, redis, outcomes }: Policy): Call {
    checkKey(key);
    return {
      address: addressOf(space, key),
      codec: codec ?? redis.codec,
      memoryPolicy: memory,
      redisPolicy: redis,
      outcomes,
    };
  }

  function termsOf(key: string, policy: Policy, options: WriteOptions | undefined): WriteTerms {
    return withSubject(engine, key, sharedTermsOf(engine.clock.now(), policy, options), policy, options);
  }

  function waitOf(options: LoadCallOptions | undefined): Pick<OneRequest, 'signal' | 'mode'> {
    const mode = options?.mode === undefined ? 'cached' : checks.oneOf('mode', options.mode, LOAD_MODES);
    const signal = options?.signal;
    if (signal !== undefined && !(signal instanceof AbortSignal))
      throw checks.failure('signal', 'an AbortSignal', signal);
    return { signal, mode: engine.mode === 'bypass' ? 'bypass' : mode };
  }

  function writeUnder(
    key: string,
    value: unknown,
    policy: Policy,
    options: WriteOptions | undefined,
    shared: WriteTerms,
  ): ValueToWrite {
    const call = callOf(key, policy);
    const terms = withSubject(engine, key, shared, policy, options);
    const encoded = encodeForWrite(engine, call, value);
    return { call, encoded, terms: spread(terms, terms.jitter, Math.random) };
  }

  return {
    policyOf: (options) => (options?.policy === undefined ? ownPolicy : policies.get(options.policy)),
    callOf,
    readOf(key, policy, options) {
      checkCallOptions(options);
      return callOf(key, policy);
    },
    termsOf,
    waitOf,

    loadOf(key, given, policy, options) {
      const call = callOf(key, policy);
      const loader = given ?? loaderOf(engine, space, policy.source);
      if (!loader) throw loaderError(options?.policy ?? ownPolicyName);
      return {
        call,
        terms: termsOf(key, policy, options),
        produce: async (context, load) => {
          const run = () => asLoaderOf([load], () => loader(key, context));
          return { value: await callLoader(engine, call, [key], context.signal, run) };
        },
        ...waitOf(options),
      };
    },

    loadsOf(keys, policy, options) {
      const shared = sharedTermsOf(engine.clock.now(), policy, options);
      return keys.map((key) => ({
        call: callOf(key, policy),
        terms: withSubject(engine, key, shared, policy, options),
      }));
    },

    writeOf(key, value, policy, options) {
      return writeUnder(key, value, policy, options, sharedTermsOf(engine.clock.now(), policy, options));
    },

    writesOf(pairs, policy, options) {
      const shared = sharedTermsOf(engine.clock.now(), policy, options);
      return Array.from(valuesByKey(pairs), ([key, value]) => writeUnder(key, value, policy, options, shared));
    },
  };
}
