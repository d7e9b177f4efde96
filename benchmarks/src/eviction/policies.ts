import { LRUCache } from 'lru-cache';
import type { Subject } from './subject.ts';
import { createWindowTinyLfu } from './window-tiny-lfu.ts';

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
