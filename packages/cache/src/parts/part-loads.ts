import type { Cache } from '../cache.ts';
import type { Engine } from '../engine.ts';
import type { Entry } from '../entries/entry.ts';
import { isDueEarly } from '../entries/freshness.ts';
import { checks } from '../errors.ts';
import { uniqueKeys } from '../input.ts';
import { loadMany, type ManyRequest, refreshMany } from '../loading/load-many.ts';
import type { LoadOnce } from '../loading/load-once.ts';
import { loadOne, refreshOne } from '../loading/load-one.ts';
import type { BatchLoader, Loader } from '../loading/loader.ts';
import { batchLoaderOf } from '../loading/source-loader.ts';
import { checkCallOptions, type LoadCallOptions, type Sourced } from '../options/call-options.ts';
import type { Policy } from '../options/policies.ts';
import type { Hits } from './hits.ts';
import { mapOf } from './map-of.ts';
import type { Requests } from './requests.ts';

/** A part's calls that may run a loader. */
export type PartLoads = Pick<Cache, 'getOrLoad' | 'lookupOrLoad' | 'loadMany' | 'wrap'>;

interface Valued {
  readonly value: unknown;
}

export interface PartLoadsOptions {
  readonly space: string;
  readonly requests: Requests;
  readonly hits: Hits;
  readonly loadOnce: LoadOnce;
}

export function createPartLoads(engine: Engine, { space, requests, hits, loadOnce }: PartLoadsOptions): PartLoads {
  const { policyOf } = requests;
  const { hitMemory, handOut } = hits;

  /** What memory has, unless the call wants none of it. */
  function hit(key: string, policy: Policy, options: LoadCallOptions | undefined): Entry<unknown> | undefined {
    const mode = options?.mode;
    return mode === undefined || mode === 'cached' ? hitMemory(key, policy) : undefined;
  }

  function isDue(entry: Entry<unknown>, { load }: Policy): boolean {
    return load.eagerRefresh < 1 && isDueEarly(entry, load.eagerRefresh, engine.clock.now());
  }

  /** Tells `finish`, by arguments, what was found and where: an object for both would be every hit's to pay. */
  async function findOrLoad<Result>(
    key: string,
    given: Loader<unknown> | LoadCallOptions | undefined,
    more: LoadCallOptions | undefined,
    finish: (found: Valued, source: Sourced<unknown>['source']) => Result,
  ): Promise<Result> {
    const loader = typeof given === 'function' ? given : undefined;
    const options = typeof given === 'function' || given === undefined ? more : given;
    const policy = policyOf(options);
    const entry = hit(key, policy, options);
    if (entry === undefined) {
      const { found, source } = await loadOne(engine, loadOnce, requests.loadOf(key, loader, policy, options));
      return finish(handOut(found, policy.memory), source);
    }
    if (isDue(entry, policy)) refreshOne(engine, loadOnce, requests.loadOf(key, loader, policy, options));
    return finish(entry, 'memory');
  }

  function getOrLoad<Value>(key: string, given?: Loader<Value> | LoadCallOptions, more?: LoadCallOptions) {
    return findOrLoad(key, given, more, valueAlone) as Promise<Value>;
  }

  /** From a source that has its values one by one. */
  async function loadEach(keys: readonly string[], options: LoadCallOptions | undefined) {
    const values = await Promise.all(keys.map((key) => getOrLoad(key, options)));
    return new Map(keys.map((key, index) => [key, values[index]]));
  }

  async function loadTogether(
    keys: readonly string[],
    loader: BatchLoader<unknown>,
    policy: Policy,
    options: LoadCallOptions | undefined,
  ) {
    const hits = keys.map((key) => hit(key, policy, options));
    const requestOf = (wanted: readonly string[]): ManyRequest => ({
      wanted: requests.loadsOf(wanted, policy, options),
      loader,
      ...requests.waitOf(options),
    });
    if (policy.load.eagerRefresh < 1) {
      const due = keys.filter((_, index) => hits[index] && isDue(hits[index], policy));
      refreshMany(engine, loadOnce, requestOf(due));
    }
    const missing = keys.filter((_, index) => !hits[index]);
    const loaded = await loadMany(engine, loadOnce, requestOf(missing));
    const loadedOf = new Map(missing.map((key, index) => [key, loaded[index]?.found]));
    const found = keys.map((key, index) => {
      const own = loadedOf.get(key);
      return hits[index] ?? (own && handOut(own, policy.memory));
    });
    return mapOf(keys, found);
  }

  return {
    getOrLoad,

    lookupOrLoad<Value>(key: string, given?: Loader<Value> | LoadCallOptions, more?: LoadCallOptions) {
      return findOrLoad(key, given, more, valueWithSource) as Promise<Sourced<Value>>;
    },

    async loadMany<Value>(
      keys: readonly string[],
      given?: BatchLoader<Value> | LoadCallOptions,
      more?: LoadCallOptions,
    ) {
      const options = typeof given === 'function' || given === undefined ? more : given;
      const policy = policyOf(options);
      const unique = uniqueKeys(keys);
      const loader = typeof given === 'function' ? given : batchLoaderOf(engine, space, policy.source);
      const values = loader ? loadTogether(unique, loader, policy, options) : loadEach(unique, options);
      return (await values) as Map<string, Value>;
    },

    wrap(load, options) {
      checks.callable('load', load);
      checks.callable('key', options?.key);
      checkCallOptions(options);
      return async (...values) => getOrLoad(options.key(...values), () => load(...values), options);
    },
  };
}

function valueAlone({ value }: Valued): unknown {
  return value;
}

function valueWithSource({ value }: Valued, source: Sourced<unknown>['source']): Sourced<unknown> {
  return { value, source };
}
