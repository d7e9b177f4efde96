import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { CacheSpace, EntryInspection, Filling, InvalidationReport } from '@breakwater/cache';
import type { Usefulness } from '../rules/reuse.ts';
import { coveringRecord, type VariantRecord, variantKey, variantName, withVariant } from '../rules/variants.ts';
import { varyValues } from '../rules/vary.ts';
import type { HttpEntry, StoredResponse } from './entry.ts';
import type { Admission, CommitOutcome, CommitTerms, Place, Selected, Slot } from './place.ts';
import { keyOf, recordIn, select } from './select.ts';
import { createStoreAtOnce, type StoreAtOnce, type Taking } from './store-at-once.ts';

/** What lies at a place, looked at without use: nothing is counted, and memory is not filled. */
export interface PlaceInspection extends Pick<Place, 'base' | 'key' | 'record' | 'selected'> {
  /** What {@link ResponseStore.peek} would find. */
  readonly atOnce: Selected | undefined;
  /** Where `selected` lies. */
  readonly tiers: readonly Selected['tier'][];
  readonly tags: EntryInspection['tags'];
}

/** Responses by URL and, in a second phase, by the request headers they vary on (RFC 9111 §4.1). */
export interface ResponseStore {
  /** {@link find} and {@link claim} where nobody has to be asked or waited for. */
  readonly atOnce: StoreAtOnce | undefined;
  /** From memory alone, synchronously. */
  peek(base: string, headers: IncomingHttpHeaders): Selected | undefined;
  /** @param tags of what will be stored there, should nothing be found. */
  find(base: string, headers: IncomingHttpHeaders, tags: readonly string[] | undefined): Promise<Place>;
  /**
   * Takes a place for one process of the fleet, after the wait for another one that has it.
   *
   * @returns `undefined` where another process has filled it, or has learned more of its URL: it is to be found anew.
   */
  claim(place: Place, tags: readonly string[], waitMs: number): Promise<Slot | undefined>;
  inspect(base: string, headers: IncomingHttpHeaders): Promise<PlaceInspection>;
  /** Removes what is stored under these URLs: every variant, for none can be reached without its record. */
  remove(bases: readonly string[]): Promise<InvalidationReport>;
}

type Located = Pick<Place, 'base' | 'key' | 'record'>;

/** What was reserved of a place before the handler runs: its URL, and its own key, which are one where it has no variants. */
interface Taken extends Taking {
  readonly claim?: Filling<HttpEntry>;
}

export function createResponseStore(space: CacheSpace<HttpEntry>, maxVariants: number): ResponseStore {
  /** Records on their way into the cache, by URL: of many variants that come at once, each is listed beside the others. */
  const arriving = new Map<string, VariantRecord>();

  return {
    atOnce: space.atOnce && createStoreAtOnce(space.atOnce, createSlot),

    peek(base, headers) {
      const first = space.peek(base);
      if (first?.value.kind !== 'variants') return select(first, 'memory');
      return select(space.peek(keyOf(base, first.value, headers)), 'memory');
    },

    async find(base, headers, tags) {
      // Asked for in the same turn, both leave in one read of Redis: a miss costs no more than a hit.
      const [first, whole] = tags
        ? await Promise.all([space.lookup(base), space.reserve(base, { tags })])
        : [await space.lookup(base)];
      const record = recordIn(first?.entry);
      if (!record) {
        const slot = tags && whole && createSlot({ base, key: base, record }, { tags, whole, own: whole });
        return { base, key: base, record, slot, entry: first?.entry, selected: select(first?.entry, first?.tier) };
      }
      const key = keyOf(base, record, headers);
      const [second, own] = await Promise.all([space.lookup(key), tags && space.reserve(key, { tags })]);
      const slot = tags && whole && own && createSlot({ base, key, record }, { tags, whole, own });
      return { base, key, record, slot, entry: second?.entry, selected: select(second?.entry, second?.tier) };
    },

    async claim(place, tags, waitMs) {
      const { base, key, entry } = place;
      const claiming = space.reserveToFill(key, { tags, leaseWait: waitMs, ...(entry && { over: entry }) });
      const [claim, whole] = await Promise.all([claiming, key === base ? claiming : space.reserve(base, { tags })]);
      return claim && whole && createSlot(place, { tags, whole, own: claim, claim });
    },

    async inspect(base, headers) {
      const first = await space.inspect(base);
      const record = recordIn(first.memory) ?? recordIn(first.redis);
      const key = record ? keyOf(base, record, headers) : base;
      const { memory, redis, tags } = record ? await space.inspect(key) : first;
      const inMemory = select(memory, 'memory');
      const selected = inMemory ?? select(redis, 'redis');
      const tiers = (['memory', 'redis'] as const).filter(
        (tier) => ({ memory, redis })[tier]?.value.kind === 'response',
      );
      return { base, key, record, selected, atOnce: first.memory && inMemory, tiers, tags };
    },

    remove: (bases) => space.invalidate({ key: bases }),
  };

  function createSlot(place: Located, taken: Taken): Slot {
    return {
      claim: taken.claim,
      admit(names, headers, nowMs) {
        const record = coveringRecord(place.record, names, createRecordId);
        if (record) return admitVariant(place, record, taken, headers, nowMs);
        return {
          varyNames: [],
          varyValues: '',
          commit: async (response, terms) =>
            outcomeOf(await taken.own.commit(response, { ...timesOf(terms), tags: terms.tags })),
        };
      },
    };
  }

  function admitVariant(
    { base, key: ownKey }: Located,
    record: VariantRecord,
    { tags, whole, own }: Taken,
    headers: IncomingHttpHeaders,
    nowMs: number,
  ): Admission | undefined {
    const values = varyValues(record.names, headers);
    const name = variantName(values);
    const known = sameRecord(arriving.get(base)) ?? record;
    if (!withVariant(known, { values: name, expiresAtMs: Number.POSITIVE_INFINITY }, nowMs, maxVariants)) {
      return undefined;
    }
    return {
      varyNames: record.names,
      varyValues: values,
      async commit(response, terms) {
        const { freshMs, staleMs, nowMs: committedAtMs } = terms;
        // Another variant may have been stored while the handler ran.
        const listed = sameRecord(arriving.get(base)) ?? sameRecord(space.peek(base)?.value) ?? record;
        const expiresAtMs = committedAtMs + freshMs + staleMs;
        const next = withVariant(listed, { values: name, expiresAtMs }, committedAtMs, maxVariants);
        if (!next) return 'variants';
        arriving.set(base, next);
        try {
          return outcomeOf(await commitListed(next, response, terms));
        } finally {
          if (arriving.get(base) === next) arriving.delete(base);
        }
      },
    };

    async function commitListed(
      listing: VariantRecord,
      response: StoredResponse,
      terms: CommitTerms,
    ): Promise<boolean> {
      const { nowMs: committedAtMs, tags: late } = terms;
      const commitRecord = () => {
        // The longest list by now: whichever of several is written last, none is missing in it.
        const next = sameRecord(arriving.get(base)) ?? listing;
        const lastMs = Math.max(...next.variants.map((other) => other.expiresAtMs));
        // A record has no freshness that an expiry could end: each of its variants has its own.
        return whole.commit(next, { ...timesOf({ freshMs: 0, staleMs: lastMs - committedAtMs }), tags: late });
      };
      const key = variantKey(base, record, name);
      // Last is what those who wait look at. Both its place and the URL's were taken before the handler ran.
      if (key === ownKey) return (await commitRecord()) && own.commit(response, { ...timesOf(terms), tags: late });
      // Under a new record nobody can reach it before the record is there.
      const variant = await space.reserve(key, { tags: [...tags, ...late] });
      return (await variant.commit(response, timesOf(terms))) && commitRecord();
    }

    function sameRecord(entry: HttpEntry | undefined): VariantRecord | undefined {
      return entry?.kind === 'variants' && entry.id === record.id ? entry : undefined;
    }
  }
}

function outcomeOf(isKept: boolean): CommitOutcome {
  return isKept ? 'kept' : 'invalidated';
}

/** As the cache is told: it ends freshness early where something is expired, and the response is of use from there on. */
function timesOf({ freshMs, staleMs }: Usefulness) {
  const ttl = Math.max(1, freshMs);
  return { ttl, staleWhileRevalidate: 0, staleIfError: Math.max(0, freshMs + staleMs - ttl) };
}

function createRecordId(): string {
  return randomBytes(6).toString('base64url');
}
