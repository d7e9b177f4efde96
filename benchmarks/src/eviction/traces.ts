/** Sequences of keys, the same on every run. */
export interface Trace {
  readonly name: string;
  readonly keys: readonly string[];
}

const KEYS = 100_000;
const LENGTH = 1_000_000;

export function createTraces(): readonly Trace[] {
  return [
    { name: 'zipf 0.8', keys: zipf(0.8) },
    { name: 'zipf 0.99', keys: zipf(0.99) },
    { name: 'zipf 1.1', keys: zipf(1.1) },
    { name: 'zipf 0.99 and scans', keys: withScans(zipf(0.99)) },
    { name: 'zipf 0.99 that shifts', keys: shifting(zipf(0.99)) },
    { name: 'loop', keys: Array.from({ length: LENGTH }, (_, index) => `key:${index % 12_000}`) },
  ];
}

/** The k-th most popular of the keys is asked for 1 / k^skew as often as the first. */
function zipf(skew: number): string[] {
  const random = createRandom(7);
  const sums = new Float64Array(KEYS);
  let sum = 0;
  for (let rank = 0; rank < KEYS; rank += 1) {
    sum += 1 / (rank + 1) ** skew;
    sums[rank] = sum;
  }
  return Array.from({ length: LENGTH }, () => `key:${firstAbove(sums, random() * sum)}`);
}

/** Now and then somebody walks through 20,000 keys that nobody else asks for: an export, a crawler. */
function withScans(keys: readonly string[]): string[] {
  let scanned = 0;
  return keys.flatMap((key, index) => {
    if (index % 100_000 !== 50_000) return key;
    return [key, ...Array.from({ length: 20_000 }, () => `scanned:${scanned++}`)];
  });
}

/** What is popular is so for 200,000 reads. */
function shifting(keys: readonly string[]): string[] {
  return keys.map((key, index) => `${Math.floor(index / 200_000)}:${key}`);
}

function firstAbove(sums: Float64Array, wanted: number): number {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] as number) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Mulberry32. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
