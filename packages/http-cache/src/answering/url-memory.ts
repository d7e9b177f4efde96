import { LRUCache } from 'lru-cache';

/** What was learned about URLs, for a while; bounded, so that no flood of URLs makes it grow. */
export interface UrlMemory<Lesson> {
  remember(key: string, lesson: Lesson, untilMs: number): void;
  recall(key: string, nowMs: number): Lesson | undefined;
  forget(key: string): void;
}

/** @param max the most URLs; beyond it the ones longest unused are forgotten. */
export function createUrlMemory<Lesson>(max = 10_000): UrlMemory<Lesson> {
  const learned = new LRUCache<string, { readonly lesson: Lesson; readonly untilMs: number }>({ max });
  return {
    remember: (key, lesson, untilMs) => void learned.set(key, { lesson, untilMs }),
    recall(key, nowMs) {
      const known = learned.get(key);
      return known && known.untilMs > nowMs ? known.lesson : undefined;
    },
    forget: (key) => void learned.delete(key),
  };
}
