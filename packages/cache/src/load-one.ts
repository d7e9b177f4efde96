import type { Call, Engine } from './engine.ts';
import { isServedStale } from './freshness.ts';
import type { Loaded } from './load.ts';
import { countJoined, type LoadOnce } from './load-once.ts';
import { refreshStale } from './refresh.ts';
import type { LoadRequest } from './run-load.ts';

/** What one caller asks for. */
export type OneRequest = Omit<LoadRequest, 'purpose'> & { readonly signal: AbortSignal | undefined };

/** What a caller gets, and where it is from. */
export interface LoadedOne {
  readonly found: { readonly value: unknown };
  readonly source: Loaded['from'] | 'coalesced';
}

/** What memory has not fresh: served stale at once and refreshed, else loaded, or waited for where it is being loaded. */
export async function loadOne(engine: Engine, loadOnce: LoadOnce, request: OneRequest): Promise<LoadedOne> {
  const { call, signal } = request;
  const { id, space } = call.address;
  const held = engine.memory.find(id, space);
  if (held && isServedStale(held.entry, engine.clock.now())) {
    call.outcomes.stale += 1;
    refreshOne(engine, loadOnce, request);
    return { found: held.entry, source: 'stale' };
  }
  signal?.throwIfAborted();
  let { loaded, isJoined } = await loadOrJoin(loadOnce, request);
  // The next load began after this call did, whatever becomes of it.
  if (isJoined && loaded.isLate) ({ loaded, isJoined } = await loadOrJoin(loadOnce, request));
  // A batch whose loader had nothing for the key says nothing about this call's loader.
  while (!loaded.found) ({ loaded, isJoined } = await loadOrJoin(loadOnce, request));
  if (isJoined) countJoined(call, loaded);
  if (loaded.isDue) refreshOne(engine, loadOnce, request);
  return { found: loaded.found, source: isJoined && loaded.from === 'loader' ? 'coalesced' : loaded.from };
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

/** Not where it is being loaded already, or where that has just failed. */
export function isRefreshable(engine: Engine, loadOnce: LoadOnce, { address }: Call, tags: readonly string[]): boolean {
  return !loadOnce.current(address.id) && engine.failures.recent(address.id, tags) === undefined;
}
