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
  /** In the order of their numbers: every raise moves its id to the end. */
  const raised = new Map<string, number>();
  const matchers: { readonly at: number; readonly matches: (id: string) => boolean }[] = [];
  let now = 0;
  let allUpTo = 0;

  function forgetOldest(): void {
    for (const [id, at] of raised) {
      raised.delete(id);
      allUpTo = Math.max(allUpTo, at);
      return;
    }
  }

  return {
    mark: () => now,
    raise(id) {
      now += 1;
      raised.delete(id);
      raised.set(id, now);
      if (raised.size > maxIds) forgetOldest();
    },
    raiseMatching(matches) {
      now += 1;
      matchers.push({ at: now, matches });
      if (matchers.length > MAX_MATCHERS) allUpTo = Math.max(allUpTo, matchers.shift()?.at ?? 0);
    },
    raiseAll() {
      now += 1;
      allUpTo = now;
      raised.clear();
      matchers.length = 0;
    },
    isRaised(id, mark) {
      if (mark >= now) return false;
      if (mark < allUpTo || (raised.get(id) ?? 0) > mark) return true;
      return matchers.some((matcher) => matcher.at > mark && matcher.matches(id));
    },
  };
}
