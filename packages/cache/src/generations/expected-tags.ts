import { LRUCache } from 'lru-cache';

/**
 * The tags that loaders have named while they ran, by entry. They are taken with the fences of its next load, before it
 * begins, as those that its call names are: such a tag needs no further proof that it is what it was.
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
