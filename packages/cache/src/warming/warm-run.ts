import type { Cache } from '../cache.ts';
import type { BatchLoader, Loader } from '../loading/loader.ts';

/** What a run of the warmer came to. */
export interface WarmReport {
  /** The set's name, or `warmUp`. */
  readonly set: string;
  readonly keys: number;
  /** Keys that the cache has now, found or loaded. */
  readonly warmed: number;
  /** Keys whose load failed; the others had no value. */
  readonly failed: number;
  readonly durationMs: number;
  /** The first of the failures. */
  readonly error?: unknown;
}

/** What to have in the cache, and where it comes from: a loader, or the source of the policy. */
export interface WarmWork {
  readonly set: string;
  readonly keys: readonly string[];
  readonly policy: string;
  readonly tags: readonly string[];
  readonly mode: 'cached' | 'refresh';
  readonly load: Loader<unknown> | undefined;
  readonly loadMany: BatchLoader<unknown> | undefined;
}

/** Keys that one call of a `loadMany` gets. */
const BATCH_KEYS = 100;

/** Loads them, a few at a time, and goes on where one fails. */
export async function warmKeys(
  cache: Pick<Cache, 'getOrLoad' | 'loadMany'>,
  work: WarmWork,
  {
    concurrency,
    signal,
    onProgress,
  }: { readonly concurrency: number; readonly signal: AbortSignal; readonly onProgress: (done: number) => void },
): Promise<WarmReport> {
  const { set, policy, tags, mode, load, loadMany } = work;
  const keys = [...new Set(work.keys)];
  const startedAt = performance.now();
  const counts = { done: 0, warmed: 0, failed: 0 };
  const errors: unknown[] = [];
  const options = { policy, tags, mode, signal };
  const size = load ? 1 : BATCH_KEYS;
  let next = 0;

  async function loadSome(some: readonly string[]): Promise<number> {
    if (loadMany) return (await cache.loadMany(some, loadMany, options)).size;
    if (!load) return (await cache.loadMany(some, options)).size;
    for (const key of some) await cache.getOrLoad(key, load, options);
    return some.length;
  }

  async function takeTurns(): Promise<void> {
    while (next < keys.length && !signal.aborted) {
      const some = keys.slice(next, next + size);
      next += size;
      try {
        const loaded = await loadSome(some);
        counts.warmed += loaded;
      } catch (error) {
        counts.failed += some.length;
        if (errors.length === 0) errors.push(error);
      }
      counts.done += some.length;
      onProgress(counts.done);
    }
  }

  await Promise.all(Array.from({ length: concurrency }, takeTurns));
  const { warmed, failed } = counts;
  const durationMs = performance.now() - startedAt;
  return { set, keys: keys.length, warmed, failed, durationMs, ...(errors.length > 0 && { error: errors[0] }) };
}
