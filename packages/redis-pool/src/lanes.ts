import type { RedisOptions } from 'ioredis';
import { type Lane, type LaneObserver, openLane } from './lane.ts';

export interface Lanes {
  readonly total: number;
  readonly ready: number;
  /** Lanes whose first attempt to connect is still under way. */
  readonly untried: number;
  /** The ready lane with the least in flight. */
  leastBusy(): Lane | undefined;
  close(): Promise<void>;
}

export function openLanes(settings: RedisOptions, total: number, observer: Omit<LaneObserver, 'onChange'>): Lanes {
  let ready: readonly Lane[] = [];
  const onChange = () => {
    ready = lanes.filter((lane) => lane.state === 'ready');
  };
  const lanes = Array.from({ length: total }, (_, number) => openLane(settings, number, { ...observer, onChange }));

  return {
    total,
    get ready() {
      return ready.length;
    },
    get untried() {
      return lanes.filter((lane) => lane.state === 'untried').length;
    },
    leastBusy() {
      let best: Lane | undefined;
      for (const lane of ready) {
        if (best === undefined || lane.inFlight < best.inFlight) best = lane;
      }
      return best;
    },
    async close() {
      await Promise.all(lanes.map((lane) => lane.close()));
    },
  };
}
