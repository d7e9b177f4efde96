/** What was learned about URLs, for a while; bounded, so that no flood of URLs makes it grow. */
export interface UrlMemory<Lesson> {
  remember(key: string, lesson: Lesson, untilMs: number): void;
  recall(key: string, nowMs: number): Lesson | undefined;
  forget(key: string): void;
}

interface Known<Lesson> {
  readonly lesson: Lesson;
  readonly untilMs: number;
}

/**
 * @param max the most URLs. They are held in two halves: when the younger is full, the older is forgotten, but for those that
 * were asked for since and went over to the younger.
 */
export function createUrlMemory<Lesson>(max = 10_000): UrlMemory<Lesson> {
  let younger = new Map<string, Known<Lesson>>();
  let older = new Map<string, Known<Lesson>>();

  function keep(key: string, known: Known<Lesson>): void {
    older.delete(key);
    younger.set(key, known);
    if (younger.size < max / 2) return;
    older = younger;
    younger = new Map();
  }

  function recallOlder(key: string): Known<Lesson> | undefined {
    const known = older.get(key);
    if (known) keep(key, known);
    return known;
  }

  return {
    remember: (key, lesson, untilMs) => keep(key, { lesson, untilMs }),
    recall(key, nowMs) {
      const known = younger.get(key) ?? recallOlder(key);
      return known && known.untilMs > nowMs ? known.lesson : undefined;
    },
    forget(key) {
      younger.delete(key);
      older.delete(key);
    },
  };
}
