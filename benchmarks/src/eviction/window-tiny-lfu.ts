import type { Subject } from './subject.ts';

/** Einziger et al.: a window of a hundredth, a segmented LRU behind it, and an estimate of frequencies that decides who enters. */
export function createWindowTinyLfu(capacity: number): Subject {
  const windowSize = Math.max(1, Math.floor(capacity / 100));
  const mainSize = capacity - windowSize;
  const protectedSize = Math.floor(mainSize * 0.8);
  // Maps keep the order of insertion: the first is the least recently used.
  const window = new Map<string, true>();
  const probation = new Map<string, true>();
  const guarded = new Map<string, true>();
  const sketch = createSketch(capacity);

  function firstOf(map: Map<string, true>): string | undefined {
    for (const key of map.keys()) return key;
    return undefined;
  }

  function promote(key: string): void {
    probation.delete(key);
    guarded.set(key, true);
    const demoted = guarded.size > protectedSize ? firstOf(guarded) : undefined;
    if (demoted === undefined) return;
    guarded.delete(demoted);
    probation.set(demoted, true);
  }

  function touch(map: Map<string, true>, key: string): boolean {
    if (!map.delete(key)) return false;
    map.set(key, true);
    return true;
  }

  function admit(candidate: string): void {
    if (probation.size + guarded.size < mainSize) {
      probation.set(candidate, true);
      return;
    }
    const victim = firstOf(probation);
    if (victim === undefined || sketch.estimate(candidate) <= sketch.estimate(victim)) return;
    probation.delete(victim);
    probation.set(candidate, true);
  }

  return {
    ask(key) {
      sketch.count(key);
      if (touch(window, key) || touch(guarded, key)) return true;
      if (probation.has(key)) {
        promote(key);
        return true;
      }
      window.set(key, true);
      const candidate = window.size > windowSize ? firstOf(window) : undefined;
      if (candidate !== undefined) {
        window.delete(candidate);
        admit(candidate);
      }
      return false;
    },
  };
}

/** Count-min with four rows of four-bit counters (a byte each here), halved after ten times the capacity. */
function createSketch(capacity: number) {
  const width = 2 ** Math.ceil(Math.log2(capacity * 2));
  const rows = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f].map((seed) => ({
    seed,
    counts: new Uint8Array(width),
  }));
  let counted = 0;

  function hash(key: string): number {
    let hashed = 0x811c9dc5;
    for (let at = 0; at < key.length; at += 1) hashed = Math.imul(hashed ^ key.charCodeAt(at), 0x01000193);
    return hashed;
  }
  const placeOf = (hashed: number, seed: number) => (Math.imul(hashed, seed) >>> 15) & (width - 1);

  return {
    count(key: string): void {
      const hashed = hash(key);
      for (const { seed, counts } of rows) {
        const place = placeOf(hashed, seed);
        if ((counts[place] as number) < 15) (counts[place] as number) += 1;
      }
      counted += 1;
      if (counted < capacity * 10) return;
      counted = 0;
      for (const { counts } of rows) for (let place = 0; place < width; place += 1) (counts[place] as number) >>= 1;
    },
    estimate(key: string): number {
      const hashed = hash(key);
      let least = 15;
      for (const { seed, counts } of rows) least = Math.min(least, counts[placeOf(hashed, seed)] as number);
      return least;
    },
  };
}
