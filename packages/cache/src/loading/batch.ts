import type { Awaitable } from './circles.ts';
import type { Produce } from './produce-load.ts';

/** Runs a batch loader for the keys of `loads`. What it resolves with is not checked. */
export type RunBatchLoader = (
  loads: readonly Awaitable[],
  signal: AbortSignal,
) => Promise<ReadonlyMap<unknown, unknown>>;

/**
 * One run of a batch loader for many loads. It begins as soon as each of them either has asked for its key, or has found it in a
 * tier, or waits for another process. A load that waited for another process in vain asks later: those share a second run.
 */
export interface Batch {
  /** @param signal aborts where `load` is abandoned; the run is aborted with the last of its loads. */
  produce(load: Awaitable, signal: AbortSignal): ReturnType<Produce>;
  /** The run need not wait for the load of `key` any longer. */
  settle(key: string): void;
}

export function createBatch(keys: readonly string[], runOf: RunBatchLoader): Batch {
  const undecided = new Set(keys);
  let next = createRun(runOf);

  function begin(): void {
    if (next.isEmpty()) return;
    next.begin();
    next = createRun(runOf);
  }

  function settle(key: string): void {
    // The last load to settle begins the run; `begin` does nothing where none of them has asked for its key.
    if (undecided.delete(key) && undecided.size === 0) begin();
  }

  return {
    settle,
    async produce(load, signal) {
      // Too late for the first run: what is asked for in one turn of the event loop shares the next one.
      if (undecided.size === 0) setImmediate(begin);
      const values = next.add(load, signal);
      settle(load.key);
      return foundIn(await values, load.key);
    },
  };
}

/** What a batch loader gave for one key. */
export function foundIn(loaded: ReadonlyMap<unknown, unknown>, key: string): { readonly value: unknown } | undefined {
  return loaded.has(key) ? { value: loaded.get(key) } : undefined;
}

interface Run {
  isEmpty(): boolean;
  add(load: Awaitable, signal: AbortSignal): Promise<ReadonlyMap<unknown, unknown>>;
  begin(): void;
}

function createRun(runOf: RunBatchLoader): Run {
  const wanted: Awaitable[] = [];
  const controller = new AbortController();
  const { signal } = controller;
  const reasons: unknown[] = [];
  let hasBegun = false;
  let begin = () => {};
  const values = new Promise<void>((resolve) => {
    begin = resolve;
  }).then(() => {
    signal.throwIfAborted();
    return runOf(wanted, signal);
  });

  function abortIfAbandoned(): void {
    // Until it begins, others may come to it.
    if (hasBegun && reasons.length === wanted.length) controller.abort(reasons.at(-1));
  }

  return {
    isEmpty: () => wanted.length === 0,
    add(load, abandoned) {
      function abandon(): void {
        reasons.push(abandoned.reason);
        abortIfAbandoned();
      }
      abandoned.addEventListener('abort', abandon, { once: true });
      wanted.push(load);
      return values;
    },
    begin() {
      hasBegun = true;
      abortIfAbandoned();
      begin();
    },
  };
}
