import { LRUCache } from 'lru-cache';

/** A cache of so many keys. */
export interface Subject {
  /** @returns whether the key was there; it is now. */
  ask(key: string): boolean;
}

export const POLICIES: Readonly<Record<string, (capacity: number) => Subject>> = Object.freeze({
  'lru-cache': createLru,
  SIEVE: createSieve,
  'S3-FIFO': createS3Fifo,
  'W-TinyLFU': createWindowTinyLfu,
});

function createLru(max: number): Subject {
  const entries = new LRUCache<string, true>({ max });
  return {
    ask(key) {
      if (entries.get(key)) return true;
      entries.set(key, true);
      return false;
    },
  };
}

interface Node {
  readonly key: string;
  uses: number;
  newer: Node | undefined;
}

/** Zhang et al., NSDI 2024; on the list of the cache's own `sieve.ts`, less its removals from the middle. */
function createSieve(capacity: number): Subject {
  const nodes = new Map<string, Node & { older: Node | undefined }>();
  let newest: (Node & { older: Node | undefined }) | undefined;
  let oldest: Node | undefined;
  let hand: Node | undefined;

  function evict(): void {
    hand ??= oldest;
    while (hand && hand.uses > 0) {
      hand.uses = 0;
      hand = hand.newer ?? oldest;
    }
    const victim = hand && nodes.get(hand.key);
    if (!victim) return;
    const { older, newer } = victim;
    const olderNode = older && nodes.get(older.key);
    const newerNode = newer && nodes.get(newer.key);
    if (olderNode) olderNode.newer = newer;
    else oldest = newer;
    if (newerNode) newerNode.older = older;
    else newest = olderNode;
    hand = newer;
    nodes.delete(victim.key);
  }

  return {
    ask(key) {
      const found = nodes.get(key);
      if (found) {
        found.uses = 1;
        return true;
      }
      if (nodes.size >= capacity) evict();
      const node = { key, uses: 0, newer: undefined, older: newest };
      if (newest) newest.newer = node;
      else oldest = node;
      newest = node;
      nodes.set(key, node);
      return false;
    },
  };
}

/** A queue that is a ring of fixed size. */
function createQueue<Item>(capacity: number) {
  const ring = new Array<Item | undefined>(capacity + 1);
  let head = 0;
  let size = 0;
  return {
    get size() {
      return size;
    },
    push(item: Item): void {
      ring[(head + size) % ring.length] = item;
      size += 1;
    },
    shift(): Item | undefined {
      if (size === 0) return undefined;
      const item = ring[head];
      head = (head + 1) % ring.length;
      size -= 1;
      return item;
    },
  };
}

/** Yang et al., SOSP 2023: a small queue of a tenth, a main queue, and the names of what left the small one. */
function createS3Fifo(capacity: number): Subject {
  const smallSize = Math.max(1, Math.floor(capacity / 10));
  const mainSize = capacity - smallSize;
  const nodes = new Map<string, { readonly key: string; uses: number }>();
  const small = createQueue<{ readonly key: string; uses: number }>(capacity);
  const main = createQueue<{ readonly key: string; uses: number }>(capacity + 1);
  const ghosts = new Set<string>();

  function remember(key: string): void {
    ghosts.add(key);
    if (ghosts.size <= mainSize) return;
    for (const oldest of ghosts) {
      ghosts.delete(oldest);
      return;
    }
  }

  function evictMain(): void {
    for (let node = main.shift(); node; node = main.shift()) {
      if (node.uses === 0) {
        nodes.delete(node.key);
        return;
      }
      node.uses -= 1;
      main.push(node);
    }
  }

  function evict(): void {
    if (small.size < smallSize && main.size > 0) {
      evictMain();
      return;
    }
    const node = small.shift();
    if (!node) return;
    if (node.uses > 0) {
      node.uses = 0;
      main.push(node);
      if (main.size > mainSize) evictMain();
      return;
    }
    nodes.delete(node.key);
    remember(node.key);
  }

  return {
    ask(key) {
      const found = nodes.get(key);
      if (found) {
        if (found.uses < 3) found.uses += 1;
        return true;
      }
      while (nodes.size >= capacity) evict();
      const node = { key, uses: 0 };
      (ghosts.delete(key) ? main : small).push(node);
      nodes.set(key, node);
      return false;
    },
  };
}

/** Einziger et al.: a window of a hundredth, a segmented LRU behind it, and an estimate of frequencies that decides who enters. */
function createWindowTinyLfu(capacity: number): Subject {
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
