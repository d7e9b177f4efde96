import type { IncomingHttpHeaders } from 'node:http';
import type { Reservation, SpaceAtOnce } from '@breakwater/cache';
import type { HttpEntry } from './entry.ts';
import type { Place, Slot } from './place.ts';
import { keyOf, recordIn, select } from './select.ts';

/** The store of a cache without Redis: what it has is in memory, and there is no fleet to claim a place from. */
export interface StoreAtOnce {
  find(base: string, headers: IncomingHttpHeaders): Place;
  claim(place: Place, tags: readonly string[]): Slot;
}

/** What a slot is made of. */
export interface Taking {
  readonly tags: readonly string[];
  readonly whole: Reservation<HttpEntry>;
  readonly own: Reservation<HttpEntry>;
}

export function createStoreAtOnce(
  space: SpaceAtOnce<HttpEntry>,
  createSlot: (place: Place, taking: Taking) => Slot,
): StoreAtOnce {
  return {
    find(base, headers) {
      const first = space.lookup(base);
      const record = recordIn(first?.entry);
      const key = record ? keyOf(base, record, headers) : base;
      const found = record ? space.lookup(key) : first;
      return { base, key, record, slot: undefined, entry: found?.entry, selected: select(found?.entry, found?.tier) };
    },

    claim(place, tags) {
      const { base, key } = place;
      const own = space.reserve(key, { tags });
      const whole = key === base ? own : space.reserve(base, { tags });
      return createSlot(place, { tags, whole, own });
    },
  };
}
