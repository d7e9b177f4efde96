import { types } from 'node:util';
import { callLoader } from './call-loader.ts';
import type { Call, Engine } from './engine.ts';
import { batchError } from './errors.ts';
import { countJoined, type Loaded, type LoadOnce, type Produce } from './load-once.ts';
import type { BatchLoader } from './loader.ts';
import { refreshStale } from './refresh.ts';
import type { WriteTerms } from './reservation.ts';

/** Loads what memory has not fresh, and refreshes in the background what was served stale. */
export async function loadMany(
  engine: Engine,
  loadOnce: LoadOnce,
  calls: readonly Call[],
  loader: BatchLoader<unknown>,
  terms: WriteTerms,
): Promise<Loaded[]> {
  const loaded = await loadTogether(engine, loadOnce, calls, loader, terms);
  const due = calls.filter(({ address }, index) => loaded[index]?.from === 'stale' && !loadOnce.join(address.id));
  if (due.length > 0) {
    refreshStale(engine, due, () => loadTogether(engine, loadOnce, due, loader, terms, 'refresh'));
  }
  return loaded;
}

/** Joins the loads under way, and begins one for each other key, all of them with one run of the loader. */
function loadTogether(
  engine: Engine,
  loadOnce: LoadOnce,
  calls: readonly Call[],
  loader: BatchLoader<unknown>,
  terms: WriteTerms,
  purpose?: 'refresh',
): Promise<Loaded[]> {
  const joined = calls.map((call) => [call, loadOnce.join(call.address.id)] as const);
  const ownKeys = joined.flatMap(([{ address }, load]) => (load ? [] : [address.key]));
  const batch = createBatch(ownKeys, async (keys) => {
    const [{ outcomes }] = calls as [Call];
    const loaded: unknown = await callLoader(engine, outcomes, () => loader(keys));
    if (types.isMap(loaded)) return loaded;
    throw batchError(loaded);
  });
  return Promise.all(
    joined.map(async ([call, load]) => {
      if (load) return countJoined(call, await load);
      const { key } = call.address;
      const begun = loadOnce.begin(call, () => batch.produce(key), terms, purpose);
      const settle = () => batch.settle(key);
      begun.then(settle, settle);
      return begun;
    }),
  );
}

/** One run of a loader for many loads: it begins when each of them has either asked for its key, or found it elsewhere. */
interface Batch {
  produce(key: string): ReturnType<Produce>;
  /** The load of `key` is over, or has asked for it. */
  settle(key: string): void;
}

function createBatch(
  keys: readonly string[],
  load: (keys: readonly string[]) => Promise<ReadonlyMap<unknown, unknown>>,
): Batch {
  const undecided = new Set(keys);
  const wanted: string[] = [];
  let begin = () => {};
  const values = new Promise<void>((resolve) => {
    begin = resolve;
  }).then(() => load(wanted));

  function settle(key: string): void {
    // The last to ask begins it; when all of them were found elsewhere, nobody does.
    if (undecided.delete(key) && undecided.size === 0 && wanted.length > 0) begin();
  }

  return {
    settle,
    async produce(key) {
      wanted.push(key);
      settle(key);
      const loaded = await values;
      return loaded.has(key) ? { value: loaded.get(key) } : undefined;
    },
  };
}
