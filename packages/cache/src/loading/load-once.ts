import type { Call, Engine } from '../engine.ts';
import { createLoad, type Load, type Loaded } from './load.ts';
import type { LoadRequest } from './produce-load.ts';
import { runLoad } from './run-load.ts';

/** Counts a caller that waited for another's load. */
export function countJoined({ outcomes }: Call, loaded: Loaded): void {
  if (loaded.from === 'redis') outcomes.hitRedis += 1;
  else if (loaded.from === 'stale') outcomes.stale += 1;
  else outcomes.coalesced += 1;
}

/** Loads values, one load a key at a time. */
export interface LoadOnce {
  /** The load under way, unless what it brings may be out of date already. */
  current(id: string): Load | undefined;
  /** Reads Redis, then has the value produced, and keeps it. */
  begin(request: LoadRequest): Load;
}

export function createLoadOnce(engine: Engine): LoadOnce {
  const loads = new Map<string, Load>();

  function current(id: string): Load | undefined {
    const load = loads.get(id);
    if (!load || load.isSettled || load.signal.aborted) return undefined;
    if (load.fences.losses !== engine.losses || engine.loads.isRaised(id, load.fences.loadMark)) return undefined;
    if (load.reservation) return load.reservation.isFenced() ? undefined : load;
    // It still reads Redis, which may answer with what was there before a change.
    return engine.fills.isRaised(id, load.fences.fillMark) ? undefined : load;
  }

  return {
    current,
    begin(request) {
      const { id, key } = request.call.address;
      const before = loads.get(id);
      if (before) before.replacedBy = request.purpose;
      const load = createLoad(engine, key);
      loads.set(id, load);
      void runLoad(engine, load, request).then(() => {
        load.end();
        if (load.replacedBy === undefined) loads.delete(id);
      });
      return load;
    },
  };
}
