import { LRUCache } from 'lru-cache';

/**
 * The tags that the loader of an entry named last time. The next load takes their generations before it begins,
 * together with those of the tags that its call names, so that nothing else need prove that they did not change
 * during the load.
 */
export interface ExpectedTags {
  of(id: string): readonly string[];
  remember(id: string, tags: readonly string[]): void;
}

const NONE: readonly string[] = Object.freeze([]);

export function createExpectedTags(maxIds = 10_000): ExpectedTags {
  const expected = new LRUCache<string, readonly string[]>({ max: maxIds });
  return {
    of: (id) => expected.get(id) ?? NONE,
    remember: (id, tags) => void expected.set(id, tags),
  };
}
