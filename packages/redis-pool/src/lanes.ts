import type { Deadline } from '@breakwater/core/redis';
import { type Lane, type LaneObserver, type LaneSettings, openLane } from './lane.ts';

export interface Lanes {
  readonly total: number;
  readyCount(): number;
  /** Lanes whose first attempt to connect is still under way, or has not begun. */
  untriedCount(): number;
  /** The ready lane with the least in flight, full or not. */
  leastBusy(): Lane | undefined;
  /**
   * A ready lane that has room, for a command that is sent at `at`, by `performance.now()`. Large values are kept off the
   * lanes of small ones.
   */
  choose(isLarge: boolean, at: number): Lane | undefined;
  /** Connects, if that has not begun. */
  open(): void;
  /** A lane was answered READONLY: after a failover the master is elsewhere. One at a time, for a replica serves reads. */
  renew(lane: Lane): void;
  beat(silentMs: number, deadline: Deadline): void;
  close(): Promise<void>;
}

export interface LanesSettings extends Omit<LaneSettings, 'carries'> {
  readonly total: number;
  /** How many commands a lane may carry at a time. */
  readonly inFlight: number;
}

/** More than this in one write gains nothing, and keeps the other lanes idle. */
const GATHERED_AT_MOST = 256;
/** Commands that follow on each other sooner may belong to the same tick. */
const APART_MS = 0.1;

/** A lane that was answered READONLY reconnects no sooner: it may be no failover but a replica's address. */
const SHORTEST_LIFE_MS = 1000;

export function createLanes(settings: LanesSettings, observer: Omit<LaneObserver, 'onChange'>): Lanes {
  const { total, inFlight } = settings;
  let lanes: readonly Lane[] = [];
  let ready: readonly Lane[] = [];
  let current: Lane | undefined;
  let gathered = 0;
  const chosen = { at: 0 };
  let bulk: Lane | undefined;

  function onChange(): void {
    ready = lanes.filter((lane) => lane.state() === 'ready');
    current = undefined;
  }

  function leastBusy(): Lane | undefined {
    let best: Lane | undefined;
    for (const lane of ready) {
      if (best === undefined || lane.inFlight < best.inFlight) best = lane;
    }
    return best;
  }

  /** The lane of this tick's last command takes the next as well: one socket write less. */
  function chooseSmall(at: number): Lane | undefined {
    if (current === undefined || gathered === GATHERED_AT_MOST || current.inFlight >= inFlight || isNewTick(at)) {
      current = leastBusy();
      gathered = 0;
    }
    gathered += 1;
    chosen.at = at;
    return current !== undefined && current.inFlight < inFlight ? current : undefined;
  }

  /** As far as it matters: something was heard since the last command, or some time has passed. */
  function isNewTick(at: number): boolean {
    return at - chosen.at > APART_MS || (current !== undefined && current.heard.at > chosen.at);
  }

  /** Opened when the first large value is seen; until it is there, they travel with the others. */
  function chooseLarge(): Lane | undefined {
    bulk ??= openLane({ ...settings, carries: 'large values' }, total, { ...observer, onChange });
    return bulk.state() === 'ready' && bulk.inFlight < inFlight ? bulk : undefined;
  }

  return {
    total,
    readyCount: () => ready.length,
    untriedCount: () => total - lanes.filter((lane) => lane.state() !== 'untried').length,
    leastBusy,
    choose: (isLarge, at) => (isLarge && ready.length > 0 ? chooseLarge() : undefined) ?? chooseSmall(at),
    open() {
      if (lanes.length > 0) return;
      const small = { ...settings, carries: 'small values' } as const;
      lanes = Array.from({ length: total }, (_, number) => openLane(small, number, { ...observer, onChange }));
    },
    renew(lane) {
      const isLasting = performance.now() - lane.readyAt() > SHORTEST_LIFE_MS;
      if (isLasting && ready.length === total) lane.replace('it is connected to a replica (READONLY)');
    },
    beat(silentMs, deadline) {
      for (const lane of bulk ? [...lanes, bulk] : lanes) lane.beat(silentMs, deadline);
    },
    async close() {
      await Promise.all((bulk ? [...lanes, bulk] : lanes).map((lane) => lane.close()));
    },
  };
}
