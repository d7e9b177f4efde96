import type { Call } from '../call.ts';
import type { Generation } from '../generations/generations.ts';
import { isUserTag } from '../generations/user-tags.ts';
import type { Budget } from '../memory/bounded-map.ts';
import type { HeldValue } from './encoded.ts';
import type { Entry } from './entry.ts';
import { endedAt, goesStale, type Lifetime } from './freshness.ts';

/** An entry as memory holds it. */
export interface Held {
  /** Frozen: readers get this very object. */
  readonly entry: Entry<unknown>;
  /** Whether there is a time at which it is not fresh and still of use: all others are fresh for as long as they are held. */
  readonly goesStale: boolean;
  readonly space: string;
  /** The policy it was written or read under. */
  readonly policy: string;
  /** The namespace's first, then the tags'. */
  readonly generations: readonly Generation[];
  /** The count of {@link Ends} at which they were last seen to be current: while it stays, no hit looks at them. */
  currentAt: number;
  readonly bytes: number;
  readonly heldAtMs: number;
  /** Its policy's share of memory, where that has one. */
  readonly budget: Budget | undefined;
}

/** What memory holds of a value that was just encoded, or came out of a frame. */
export function holdEntry(
  { address, codec, memoryPolicy }: Call,
  { value, validator, bytes }: HeldValue,
  lifetime: Lifetime,
  generations: readonly Generation[],
  nowMs: number,
): Held {
  const tags = userTagsOf(generations);
  const { storedAtMs, freshUntilMs, staleUntilMs, expiresAtMs } = lifetime;
  return {
    entry: Object.freeze({ value, storedAtMs, freshUntilMs, staleUntilMs, expiresAtMs, tags, validator }),
    goesStale: goesStale(lifetime),
    space: address.space,
    policy: memoryPolicy.policy,
    generations,
    currentAt: -1,
    bytes: codec.sizeOf?.(value) ?? bytes,
    heldAtMs: nowMs,
    budget: memoryPolicy.budget,
  };
}

/**
 * Those of the last entry: what is read or written in a row under the same tags stands on the same generations, as one array
 * (`verify-stamps.ts`, `write-generations.ts`). All of it in memory then has one list of tags, and a hit in Redis makes none.
 */
let lastTags: { readonly generations: readonly Generation[]; readonly tags: readonly string[] } | undefined;

function userTagsOf(generations: readonly Generation[]): readonly string[] {
  if (lastTags?.generations === generations) return lastTags.tags;
  // Not pushed: an array that was has room for sixteen more, for as long as it is held.
  const tags = Object.freeze(generations.filter(({ tag }) => isUserTag(tag)).map(({ tag }) => tag));
  lastTags = { generations, tags };
  return tags;
}

/** The same entry with its freshness ended, for those who ask from now on: readers keep the one they have. */
export function expiredHeld(held: Held, atMs: number): Held {
  const entry = Object.freeze({ ...held.entry, ...endedAt(held.entry, atMs) });
  // What an expiry of a tag has ended stands on what that left of it.
  const generations = held.generations.map((generation) =>
    generation.isCurrent ? generation : (generation.remains ?? generation),
  );
  return { ...held, entry, goesStale: goesStale(entry), generations, currentAt: -1 };
}
