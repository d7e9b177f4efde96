import { LRUCache } from 'lru-cache';

/** Which URLs something was learned about, for a while; bounded, so that no flood of URLs makes it grow. */
export interface UrlMemory {
  remember(key: string, untilMs: number): void;
  holds(key: string, nowMs: number): boolean;
}

/** @param max the most URLs; beyond it the ones longest unused are forgotten. */
export function createUrlMemory(max = 10_000): UrlMemory {
  const rememberedUntilMs = new LRUCache<string, number>({ max });
  return {
    remember: (key, untilMs) => void rememberedUntilMs.set(key, untilMs),
    holds: (key, nowMs) => (rememberedUntilMs.get(key) ?? 0) > nowMs,
  };
}
