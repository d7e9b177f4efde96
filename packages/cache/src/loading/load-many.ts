import { types } from 'node:util';
import type { Call, Engine } from '../engine.ts';
import { batchError } from '../errors.ts';
import type { LoadMode } from '../options/call-options.ts';
import type { WriteTerms } from '../options/terms.ts';
import { createBatch, foundIn } from './batch.ts';
import { callLoader } from './call-loader.ts';
import { type Awaitable, asLoaderOf, waitFor } from './circles.ts';
import type { Loaded, LoadPurpose } from './load.ts';
import { countJoined, type LoadOnce } from './load-once.ts';
import { isRefreshable } from './load-one.ts';
import type { BatchLoader } from './loader.ts';
import type { Produce } from './produce-load.ts';
import { refreshStale } from './refresh.ts';

/** What a caller of many keys asks for. */
export interface ManyRequest {
  readonly wanted: readonly Wanted[];
  readonly loader: BatchLoader<unknown>;
  readonly signal: AbortSignal | undefined;
  readonly mode: LoadMode;
}

/** One of its keys. */
export interface Wanted {
  readonly call: Call;
  readonly terms: WriteTerms;
}

/**
 * The values of the keys that memory does not hold fresh, as {@link loadOne} loads each of them, with one run of the
 * loader for all.
 */
export async function loadMany(engine: Engine, loadOnce: LoadOnce, request: ManyRequest): Promise<Loaded[]> {
  if (request.wanted.length > 0) request.signal?.throwIfAborted();
  if (request.mode === 'bypass') return bypass(engine, request);
  if (request.mode === 'refresh') return force(engine, loadOnce, request);
  const loaded = await loadTogether(engine, loadOnce, request, 'answer');
  const due = request.wanted.filter((_, index) => loaded[index]?.isDue);
  refreshMany(engine, loadOnce, { ...request, wanted: due });
  return loaded;
}

/** Begins to load in the background what has just been served, with one run of the loader. */
export function refreshMany(engine: Engine, loadOnce: LoadOnce, request: ManyRequest): void {
  const wanted = request.wanted.filter(({ call, terms }) => isRefreshable(engine, loadOnce, call, terms.tags));
  if (wanted.length === 0) return;
  const due = { ...request, wanted, signal: undefined };
  const calls = wanted.map(({ call }) => call);
  refreshStale(engine, calls, () => loadTogether(engine, loadOnce, due, 'refresh'));
}

/** The loader's values for this caller alone: the tiers are neither read nor written. */
async function bypass(engine: Engine, request: ManyRequest): Promise<Loaded[]> {
  for (const { call } of request.wanted) call.outcomes.bypass += 1;
  const keys = request.wanted.map(({ call }) => call.address.key);
  const signal = request.signal ?? new AbortController().signal;
  const passes = keys.map((key): Awaitable => ({ key, loader: undefined }));
  const [first] = passes;
  // One of them stands for all: they wait for the same run.
  const loaded = first ? await waitFor(first, () => runLoader(engine, request, passes, signal)) : new Map();
  return keys.map((key) => ({ found: foundIn(loaded, key), from: 'loader', isDue: false }));
}

async function force(engine: Engine, loadOnce: LoadOnce, request: ManyRequest): Promise<Loaded[]> {
  const loaded = await loadTogether(engine, loadOnce, request, 'force');
  // As in `loadOne`: this caller gets the error.
  const stale = loaded.find(({ from }) => from === 'stale');
  if (stale) throw stale.error;
  return loaded;
}

async function runLoader(
  engine: Engine,
  { wanted, loader }: ManyRequest,
  loads: readonly Awaitable[],
  signal: AbortSignal,
): Promise<ReadonlyMap<unknown, unknown>> {
  const [{ call }] = wanted as [Wanted];
  const keys = loads.map(({ key }) => key);
  const run = () => asLoaderOf(loads, () => loader(keys, { signal }));
  const loaded: unknown = await callLoader(engine, call, keys, signal, run);
  if (types.isMap(loaded)) return loaded;
  throw batchError(loaded);
}

/**
 * Joins the loads under way (unless it is forced) and begins one for each other key, all with one run of the loader.
 */
function loadTogether(
  engine: Engine,
  loadOnce: LoadOnce,
  request: ManyRequest,
  purpose: LoadPurpose,
): Promise<Loaded[]> {
  const { wanted, signal } = request;
  const joined = wanted.map(({ call, terms }) => {
    const current = purpose === 'force' ? undefined : loadOnce.current(call.address.id);
    return { call, terms, current };
  });
  const ownKeys = joined.flatMap(({ call, current }) => (current ? [] : [call.address.key]));
  const batch = createBatch(ownKeys, (loads, batchSignal) => runLoader(engine, request, loads, batchSignal));

  async function loadAgain(one: Wanted): Promise<Loaded> {
    const [again] = await loadTogether(engine, loadOnce, { ...request, wanted: [one] }, purpose);
    return again as Loaded;
  }

  return Promise.all(
    joined.map(async ({ call, terms, current }) => {
      const { key } = call.address;
      const produce: Produce = (context, begun) => batch.produce(begun, context.signal);
      const load = current ?? loadOnce.begin({ call, produce, terms, purpose, onWaiting: () => batch.settle(key) });
      if (!current) void load.over.then(() => batch.settle(key));
      const loaded = await load.wait(signal);
      // As in `loadOne`: once is enough.
      if (current && loaded.isLate) return loadAgain({ call, terms });
      if (current) countJoined(call, loaded);
      return loaded;
    }),
  );
}
