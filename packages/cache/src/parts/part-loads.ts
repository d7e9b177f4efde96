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
import type { LoadCallOptions } from '../options/call-options.ts';
import type { Policy } from '../options/policies.ts';
import type { Hits } from './hits.ts';
import { mapOf } from './map-of.ts';
import type { Requests } from './requests.ts';

/** A part's calls that may run a loader. */
export type PartLoads = Pick<Cache, 'getOrLoad' | 'lookupOrLoad' | 'loadMany' | 'wrap'>;

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

  async function getOrLoad<Value>(key: string, given?: Loader<Value> | LoadCallOptions, more?: LoadCallOptions) {
    const loader = typeof given === 'function' ? given : undefined;
    const options = typeof given === 'function' ? more : (given ?? more);
    const policy = policyOf(options);
    const entry = hit(key, policy, options);
    if (entry === undefined) {
      const { found } = await loadOne(engine, loadOnce, requests.loadOf(key, loader, policy, options));
      return handOut(found, policy.memory).value as Value;
    }
    if (isDue(entry, policy)) refreshOne(engine, loadOnce, requests.loadOf(key, loader, policy, options));
    return entry.value as Value;
  }

  async function lookupOrLoad<Value>(key: string, given?: Loader<Value> | LoadCallOptions, more?: LoadCallOptions) {
    const loader = typeof given === 'function' ? given : undefined;
    const options = typeof given === 'function' ? more : (given ?? more);
    const policy = policyOf(options);
    const entry = hit(key, policy, options);
    if (entry === undefined) {
      const { found, source } = await loadOne(engine, loadOnce, requests.loadOf(key, loader, policy, options));
      return { value: handOut(found, policy.memory).value as Value, source };
    }
    if (isDue(entry, policy)) refreshOne(engine, loadOnce, requests.loadOf(key, loader, policy, options));
    return { value: entry.value as Value, source: 'memory' as const };
  }

  /** From a source that has its values one by one. */
  async function loadEach<Value>(keys: readonly string[], options: LoadCallOptions | undefined) {
    const values = await Promise.all(keys.map((key) => getOrLoad<Value>(key, options)));
    return new Map(keys.map((key, index) => [key, values[index] as Value]));
  }

  return {
    getOrLoad,
    lookupOrLoad,

    async loadMany<Value>(
      keys: readonly string[],
      given?: BatchLoader<Value> | LoadCallOptions,
      more?: LoadCallOptions,
    ) {
      const options = typeof given === 'function' ? more : (given ?? more);
      const policy = policyOf(options);
      const unique = uniqueKeys(keys);
      const loader = typeof given === 'function' ? given : batchLoaderOf(engine, space, policy.source);
      if (!loader) return loadEach<Value>(unique, options);
      const entries = unique.map((key) => hit(key, policy, options));
      const requestFor = (isWanted: (entry: Entry<unknown> | undefined) => boolean): ManyRequest => ({
        wanted: requests.loadsOf(
          unique.filter((_, index) => isWanted(entries[index])),
          policy,
          options,
        ),
        loader,
        ...requests.waitOf(options),
      });
      if (policy.load.eagerRefresh < 1) {
        const due = requestFor((entry) => entry !== undefined && isDue(entry, policy));
        refreshMany(engine, loadOnce, due);
      }
      const missing = requestFor((entry) => !entry);
      const loaded = await loadMany(engine, loadOnce, missing);
      let next = 0;
      const found = entries.map((entry) => {
        if (entry) return entry;
        const own = loaded[next++]?.found;
        return own && handOut(own, policy.memory);
      });
      return mapOf(unique, found) as Map<string, Value>;
    },

    wrap(load, options) {
      checks.callable('load', load);
      checks.callable('key', options?.key);
      return async (...values) => getOrLoad(options.key(...values), () => load(...values), options);
    },
  };
}
