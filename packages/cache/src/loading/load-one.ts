import type { Call, Engine } from '../engine.ts';
import { isServedStale } from '../entries/freshness.ts';
import type { LoadMode } from '../options/call-options.ts';
import { type Awaitable, waitFor } from './circles.ts';
import type { Loaded } from './load.ts';
import { createLoadContext } from './load-context.ts';
import { countJoined, type LoadOnce } from './load-once.ts';
import type { LoadRequest } from './produce-load.ts';
import { refreshStale } from './refresh.ts';

/** What one caller asks for. */
export interface OneRequest extends Omit<LoadRequest, 'purpose'> {
  readonly signal: AbortSignal | undefined;
  readonly mode: LoadMode;
}

/** What a caller gets, and where it is from. */
export interface LoadedOne {
  readonly found: { readonly value: unknown };
  readonly source: Loaded['from'];
}

/**
 * The value of a key that memory does not hold fresh. Within its `staleWhileRevalidate` the entry is served at once
 * and refreshed in the background; otherwise the value is loaded, by the load under way if there is one.
 */
export async function loadOne(engine: Engine, loadOnce: LoadOnce, request: OneRequest): Promise<LoadedOne> {
  const { call, signal, mode } = request;
  if (mode === 'bypass') return bypass(request);
  if (mode === 'refresh') return force(loadOnce, request);
  const { id, space } = call.address;
  const held = engine.memory.find(id, space);
  if (held && isServedStale(held.entry, engine.clock.now())) {
    call.outcomes.stale += 1;
    refreshOne(engine, loadOnce, request);
    return { found: held.entry, source: 'stale' };
  }
  signal?.throwIfAborted();
  let { loaded, isJoined } = await loadOrJoin(loadOnce, request);
  // Once is enough: that load begins after this call did.
  if (isJoined && loaded.isLate) ({ loaded, isJoined } = await loadOrJoin(loadOnce, request));
  // A batch whose loader had nothing for the key says nothing about this call's loader.
  while (!loaded.found) ({ loaded, isJoined } = await loadOrJoin(loadOnce, request));
  if (isJoined) countJoined(call, loaded);
  if (loaded.isDue) refreshOne(engine, loadOnce, request);
  return { found: loaded.found, source: isJoined && loaded.from === 'loader' ? 'coalesced' : loaded.from };
}

/** The loader's value for this caller alone: the tiers are neither read nor written. */
async function bypass({ call, produce, terms, signal = new AbortController().signal }: OneRequest): Promise<LoadedOne> {
  signal.throwIfAborted();
  call.outcomes.bypass += 1;
  const { context } = createLoadContext(() => undefined, signal, terms.tags);
  const pass: Awaitable = { key: call.address.key, loader: undefined };
  const found = await waitFor(pass, () => produce(context, pass));
  return { found: found ?? { value: undefined }, source: 'loader' };
}

async function force(loadOnce: LoadOnce, { signal, ...request }: OneRequest): Promise<LoadedOne> {
  signal?.throwIfAborted();
  const { found, from, error } = await loadOnce.begin({ ...request, purpose: 'force' }).wait(signal);
  // A stale value in place of the loader's error is for others who wait; this caller gets the error.
  if (from === 'stale') throw error;
  return { found: found ?? { value: undefined }, source: 'loader' };
}

async function loadOrJoin(
  loadOnce: LoadOnce,
  { signal, ...request }: OneRequest,
): Promise<{ loaded: Loaded; isJoined: boolean }> {
  const current = loadOnce.current(request.call.address.id);
  const load = current ?? loadOnce.begin({ ...request, purpose: 'answer' });
  return { loaded: await load.wait(signal), isJoined: current !== undefined };
}

/** Begins to load in the background what has just been served. */
export function refreshOne(engine: Engine, loadOnce: LoadOnce, request: OneRequest): void {
  const { call, terms } = request;
  if (!isRefreshable(engine, loadOnce, call, terms.tags)) return;
  refreshStale(engine, [call], () => loadOnce.begin({ ...request, purpose: 'refresh' }).wait(undefined));
}

/** Whether a refresh is to begin: not while the key is being loaded, or where its load has failed lately. */
export function isRefreshable(engine: Engine, loadOnce: LoadOnce, { address }: Call, tags: readonly string[]): boolean {
  return !loadOnce.current(address.id) && engine.failures.recent(address.id, tags) === undefined;
}
