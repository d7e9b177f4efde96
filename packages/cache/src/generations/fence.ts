/**
 * Remembers what became invalid lately, so that work which began before can be told apart: take a {@link Fence.mark} first,
 * ask about it afterwards. Nothing is to be released, and its memory is bounded: when it forgets, it refuses
 * everything that began before what it forgot.
 */
export interface Fence {
  mark(): number;
  raise(id: string): void;
  /** For ids nobody has a list of. */
  raiseMatching(matches: (id: string) => boolean): void;
  raiseAll(): void;
  /** Whether `id` became invalid since `mark`. */
  isRaised(id: string, mark: number): boolean;
}

const MAX_MATCHERS = 100;

export function createFence(maxIds = 10_000): Fence {
  // Two halves, of which the older is forgotten as a whole when the younger is full. To forget one id at a time would be to
  // look for the first of a Map from whose front others were deleted, which costs microseconds.
  let older = new Map<string, number>();
  let younger = new Map<string, number>();
  const matchers: { readonly at: number; readonly matches: (id: string) => boolean }[] = [];
  let now = 0;
  let allUpTo = 0;
  /** The number of the last raise that the older half may have. */
  let olderUpTo = 0;

  function turn(): void {
    allUpTo = Math.max(allUpTo, olderUpTo);
    olderUpTo = now;
    older = younger;
    younger = new Map();
  }

  return {
    mark: () => now,
    raise(id) {
      if (younger.size >= maxIds / 2) turn();
      now += 1;
      younger.set(id, now);
    },
    raiseMatching(matches) {
      now += 1;
      matchers.push({ at: now, matches });
      if (matchers.length > MAX_MATCHERS) allUpTo = Math.max(allUpTo, matchers.shift()?.at ?? 0);
    },
    raiseAll() {
      now += 1;
      allUpTo = now;
      older.clear();
      younger.clear();
      matchers.length = 0;
    },
    isRaised(id, mark) {
      if (mark >= now) return false;
      if (mark < allUpTo || (younger.get(id) ?? older.get(id) ?? 0) > mark) return true;
      return matchers.some((matcher) => matcher.at > mark && matcher.matches(id));
    },
  };
}
