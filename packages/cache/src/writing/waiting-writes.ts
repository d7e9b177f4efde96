import { idOf } from '../entries/address.ts';
import { NAMESPACE_TAG } from '../generations/generations.ts';
import { matcherOf } from '../targets/spaced-pattern.ts';
import type { Invalidations } from '../targets/target.ts';

/**
 * Writes that wait for something before they are made. What this process is asked for meanwhile comes behind them, and does to
 * them what it does to a write that did not wait. What others did came before, and is only heard of meanwhile: a write that was
 * given up for that would be lost behind an earlier one.
 *
 * They are known by name: the fence of loads, once it has forgotten, says of everything that it was overtaken, and a write that
 * was given up for that would leave the value before it.
 */
export interface WaitingWrites {
  /** Overtakes an earlier one of the key. */
  enter(id: string, tags: readonly string[]): WaitingWrite;
  /** A later write of this process, or a removal. */
  overtake(id: string): void;
  /** A load has put its value into Redis. One that began before an expiry behind the write would have been fenced. */
  hearOfLoad(id: string): void;
  invalidate(ended: Partial<Invalidations>): void;
  expire(ended: Partial<Invalidations>, atMs: number): void;
}

export interface WaitingWrite {
  fate(): Fate;
  /** When it expired; `undefined` where it did not. */
  expiredAtMs(): number | undefined;
  leave(): void;
}

/**
 * What is to become of it. `expired`: it is written, and stale. `dead`: by one of its tags, which what Redis has of the key from
 * before it may not carry, and that is not to come back. `overtaken`: the key is somebody else's by now.
 */
export type Fate = 'due' | 'expired' | 'dead' | 'overtaken';

interface Waiting {
  readonly tags: readonly string[];
  fate: Fate;
  expiredAtMs: number | undefined;
}

export function createWaitingWrites(): WaitingWrites {
  /** Without those that were overtaken: one for a key at most. */
  const waiting = new Map<string, Waiting>();

  function overtake(id: string): void {
    const write = waiting.get(id);
    if (!write) return;
    write.fate = 'overtaken';
    waiting.delete(id);
  }

  /** Those of whose keys what Redis has ends, too, whatever its tags. */
  function namedIn({ keys = [], tags = [], patterns = [] }: Partial<Invalidations>): string[] {
    if (waiting.size === 0) return [];
    if (tags.includes(NAMESPACE_TAG)) return [...waiting.keys()];
    const named = keys.map(([space, key]) => idOf(space, key));
    const matchers = patterns.map(matcherOf);
    return matchers.length === 0
      ? named
      : [...named, ...[...waiting.keys()].filter((id) => matchers.some((matches) => matches(id)))];
  }

  function taggedIn({ tags = [] }: Partial<Invalidations>): Waiting[] {
    if (waiting.size === 0 || tags.length === 0) return [];
    const ended = new Set(tags);
    return [...waiting.values()].filter((write) => write.tags.some((tag) => ended.has(tag)));
  }

  return {
    enter(id, tags) {
      overtake(id);
      const write: Waiting = { tags, fate: 'due', expiredAtMs: undefined };
      waiting.set(id, write);
      return {
        fate: () => write.fate,
        expiredAtMs: () => write.expiredAtMs,
        leave() {
          if (waiting.get(id) === write) waiting.delete(id);
        },
      };
    },
    overtake,
    hearOfLoad(id) {
      if (waiting.get(id)?.fate !== 'due') overtake(id);
    },
    invalidate(ended) {
      for (const write of taggedIn(ended)) write.fate = 'dead';
      for (const id of namedIn(ended)) overtake(id);
    },
    expire(ended, atMs) {
      const named = namedIn(ended).flatMap((id) => waiting.get(id) ?? []);
      for (const write of [...named, ...taggedIn(ended)]) {
        if (write.fate === 'due') Object.assign(write, { fate: 'expired', expiredAtMs: atMs });
      }
    },
  };
}
