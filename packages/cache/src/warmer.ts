import { createEmitter, type Subscribable } from '@breakwater/core';
import type { Cache } from './cache.ts';
import { checks, keyError } from './errors.ts';
import type { HotKey } from './inspection/inspection.ts';
import type { Loader } from './loading/loader.ts';
import { createManifest } from './warming/manifest.ts';
import { untilHearing } from './warming/until-hearing.ts';
import { type WarmReport, type WarmWork, warmKeys } from './warming/warm-run.ts';
import { type ResolvedSet, resolveWarmer, type WarmerOptions, type WarmSet } from './warming/warmer-options.ts';

export type { WarmReport } from './warming/warm-run.ts';
export type { ManifestOptions, WarmerOptions, WarmSet } from './warming/warmer-options.ts';

/** Loads what will be asked for before it is. */
export interface Warmer<PolicyName extends string = string> extends Subscribable<WarmerEvents> {
  /**
   * Warms every set, one after the other, and from then on again those that have `every`. A cache that was made just now
   * is waited for until it hears the others, two seconds at most: its memory keeps nothing before that.
   *
   * @returns when each set has had its first run.
   */
  start(): Promise<readonly WarmReport[]>;
  /** Warms one set now. @throws OptionError `ERR_CACHE_OPTION` for a name that no set has. */
  warm(set: string): Promise<WarmReport>;
  /**
   * Warms any keys, with a loader or from the source of the policy.
   *
   * @throws CacheInputError `ERR_CACHE_KEY` for what is no list, OptionError `ERR_CACHE_OPTION`.
   */
  warmUp(
    keys: Iterable<string>,
    load?: Loader<unknown>,
    options?: Pick<WarmSet<PolicyName>, 'policy' | 'tags' | 'mode'>,
  ): Promise<WarmReport>;
  /**
   * Ends runs and intervals, and keeps the hot keys for the next process. To be called before the cache is closed.
   * Idempotent.
   */
  stop(): Promise<void>;
}

/** Events name sets, never keys. */
export interface WarmerEvents {
  'warm:began': { readonly set: string; readonly keys: number };
  /** About ten times a run. */
  'warm:progressed': { readonly set: string; readonly keys: number; readonly done: number };
  'warm:ended': WarmReport;
  /** The hot keys could not be read or kept. */
  'manifest:failed': { readonly error: unknown };
}

/**
 * Makes a warmer of a cache. A key that the cache has is left alone; one that it lacks is loaded as by `getOrLoad`,
 * with all that its policy says of loads.
 *
 * @throws OptionError `ERR_CACHE_OPTION`.
 */
export function createWarmer<PolicyName extends string>(
  cache: Cache<PolicyName>,
  given: WarmerOptions<NoInfer<PolicyName>> = {},
): Warmer<PolicyName> {
  const { sets, concurrency, manifest: manifestOptions } = resolveWarmer(given);
  const events = createEmitter<WarmerEvents>();
  const ending = new AbortController();
  const timers = new Map<ResolvedSet, NodeJS.Timeout>();
  const usesHotKeys = sets.some(({ keys }) => keys === 'hot');
  const manifest = usesHotKeys
    ? createManifest(cache, manifestOptions, (error) => events.emit('manifest:failed', { error }))
    : undefined;
  /** The hot keys of the process before this one, until every set has had its first run. */
  let inherited: Promise<readonly HotKey[]> | undefined;
  /** The end of the run under way. */
  let lastRun: Promise<unknown> | undefined;
  let starting: Promise<readonly WarmReport[]> | undefined;
  let stopping: Promise<void> | undefined;

  async function keysOf({ keys, policy }: ResolvedSet): Promise<readonly string[]> {
    if (keys !== 'hot') return [...(typeof keys === 'function' ? await keys() : keys)];
    const hot = inherited ? await inherited : cache.hotKeys(manifestOptions.maxKeys);
    return hot.filter((one) => one.policy === policy).map(({ key }) => key);
  }

  async function run(work: WarmWork): Promise<WarmReport> {
    const { set } = work;
    const keys = work.keys.length;
    const step = Math.ceil(keys / 10);
    let told = 0;
    events.emit('warm:began', { set, keys });
    const report = await warmKeys(cache, work, {
      concurrency,
      signal: ending.signal,
      onProgress(done) {
        if (done - told < step) return;
        told = done;
        events.emit('warm:progressed', { set, keys, done });
      },
    });
    events.emit('warm:ended', report);
    return report;
  }

  async function runSet(set: ResolvedSet): Promise<WarmReport> {
    const { name, policy, tags, mode, load, loadMany } = set;
    try {
      return await run({ set: name, keys: await keysOf(set), policy, tags, mode, load, loadMany });
    } catch (error) {
      // The set's own function gave no keys.
      const report = { set: name, keys: 0, warmed: 0, failed: 0, durationMs: 0, error };
      events.emit('warm:ended', report);
      return report;
    }
  }

  /** One run at a time, so that `concurrency` is all there is. */
  function inTurn(work: () => Promise<WarmReport>): Promise<WarmReport> {
    lastRun ??= untilHearing(cache, ending.signal);
    const result = lastRun.then(work);
    lastRun = result.catch(() => {});
    return result;
  }

  async function runAndRepeat(set: ResolvedSet): Promise<WarmReport> {
    const report = await inTurn(() => runSet(set));
    if (set.everyMs !== undefined && !ending.signal.aborted) {
      timers.set(set, setTimeout(() => void runAndRepeat(set), set.everyMs).unref());
    }
    return report;
  }

  async function startAll(): Promise<readonly WarmReport[]> {
    inherited = manifest?.load();
    const reports = await Promise.all(sets.map(runAndRepeat));
    inherited = undefined;
    return reports;
  }

  async function stopAll(): Promise<void> {
    ending.abort(new Error('The warmer was stopped.'));
    for (const timer of timers.values()) clearTimeout(timer);
    await lastRun;
    await manifest?.save();
  }

  return {
    on: events.on,
    start() {
      starting ??= startAll();
      return starting;
    },
    async warm(name) {
      const set = sets.find((one) => one.name === name);
      if (!set) throw checks.failure('set', `one of ${sets.map((one) => one.name).join(', ')}`, name);
      return inTurn(() => runSet(set));
    },
    async warmUp(keys, load, options = {}) {
      checks.known('options', options, ['policy', 'tags', 'mode']);
      const { policy = 'default', tags = [], mode = 'cached' } = options;
      if (typeof keys === 'string' || typeof keys?.[Symbol.iterator] !== 'function') {
        throw keyError('one of a list of keys', keys);
      }
      return inTurn(() => run({ set: 'warmUp', keys: [...keys], policy, tags, mode, load, loadMany: undefined }));
    },
    stop() {
      stopping ??= stopAll();
      return stopping;
    },
  };
}
