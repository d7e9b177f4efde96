import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import type { Cache } from '../../src/index.ts';
import { useRedis } from '../use-redis.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const instances = useRedis();

const ENTRIES = 10_000;
/** As many as 500 callers ask for. */
const AT_ONCE = 500;
const keys = Array.from({ length: ENTRIES }, (_, index) => `key:${index}`);

type Call = (cache: Cache, key: string, tags: readonly string[]) => Promise<unknown>;
const set: Call = (cache, key, tags) => cache.set(key, 1, { tags });

async function callForEach(cache: Cache, call: Call, tagsOf: (index: number) => readonly string[]): Promise<void> {
  for (let from = 0; from < ENTRIES; from += AT_ONCE) {
    const some = keys.slice(from, from + AT_ONCE);
    await Promise.all(some.map((key, index) => call(cache, key, tagsOf(index))));
  }
}

/** Bytes of the heap that an entry takes once `call` has put it into memory. */
async function heapBytesAnEntry(call: Call, tagsOf: (index: number) => readonly string[], name: string) {
  if (call !== set) await callForEach(await instances.open(name), set, tagsOf);
  const cache = await instances.open(name);
  collect();
  const before = process.memoryUsage().heapUsed;
  await callForEach(cache, call, tagsOf);
  collect();
  expect(cache.stats().memory.entries).toBe(ENTRIES);
  return (process.memoryUsage().heapUsed - before) / ENTRIES;
}

it.each<[string, Call]>([
  ['written', set],
  ['read from Redis', (cache, key) => cache.get(key)],
  ['loaded', (cache, key, tags) => cache.getOrLoad(key, () => 1, { tags })],
])(
  'an entry that was %s under a tag holds the list of its tags and what that stands on, and no more',
  async (_how, call) => {
    const untagged = await heapBytesAnEntry(call, () => [], `${instances.name}-untagged`);
    // Those that come in a row have no list in common.
    const tagged = await heapBytesAnEntry(call, (index) => [`t:${index % 10}`], instances.name);
    // A list of one and a list of two take 120; with room for sixteen more they would take 370.
    expect(tagged - untagged).toBeLessThan(200);
  },
);
