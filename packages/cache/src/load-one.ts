import type { Call, Engine } from './engine.ts';
import { isServedStale } from './freshness.ts';
import { countJoined, type LoadOnce, type Produce } from './load-once.ts';
import { refreshStale } from './refresh.ts';
import type { WriteTerms } from './reservation.ts';

/** What memory has not fresh: served stale at once and refreshed, else loaded, or waited for where it is being loaded. */
export async function loadOne(
  engine: Engine,
  loadOnce: LoadOnce,
  call: Call,
  produce: Produce,
  terms: WriteTerms,
): Promise<unknown> {
  const { id, space } = call.address;

  function refresh(): void {
    if (loadOnce.join(id)) return;
    refreshStale(engine, [call], () => loadOnce.begin(call, produce, terms, 'refresh'));
  }

  const held = engine.memory.find(id, space);
  if (held && isServedStale(held.entry, engine.clock.now())) {
    call.outcomes.stale += 1;
    refresh();
    return held.entry.value;
  }
  for (;;) {
    const joined = loadOnce.join(id);
    const loaded = joined ? countJoined(call, await joined) : await loadOnce.begin(call, produce, terms);
    if (loaded.from === 'stale') refresh();
    // A batch whose loader had nothing for the key says nothing about this call's loader.
    if (loaded.found) return loaded.found.value;
  }
}
