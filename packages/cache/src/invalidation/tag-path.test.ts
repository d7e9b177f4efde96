import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCache } from '../create-cache.ts';
import { tagPath, tagsBelow } from './tag-path.ts';

describe('a place in a hierarchy of tags', () => {
  it.each([
    [['product'], ['product']],
    [
      ['product', 42],
      ['product:*', 'product:42'],
    ],
    [
      ['product', 42, 'reviews'],
      ['product:*', 'product:42:*', 'product:42:reviews'],
    ],
    [
      ['a:b', '*', '50%'],
      ['a%3Ab:*', 'a%3Ab:%2A:*', 'a%3Ab:%2A:50%25'],
    ],
  ])('%j has the tags %j', (parts, tags) => {
    expect(tagPath(...parts)).toEqual(tags);
  });

  it('lies below another exactly if its parts begin with those of the other, and has more', () => {
    const part = fc.oneof(fc.constantFrom('a', 'b', '*', ':', '%', 'a:b'), fc.string({ minLength: 1 }));
    const parts = fc.array(part, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(parts, parts, (place, other) => {
        const isBelow = place.length > other.length && other.every((name, index) => place[index] === name);
        expect(tagPath(...place).includes(tagsBelow(...other))).toBe(isBelow);
      }),
    );
  });

  it.each([[[]], [['']], [['product', '']]])('is none with the parts %j', (parts) => {
    expect(() => tagPath(...parts)).toThrow(expect.objectContaining({ code: 'ERR_CACHE_TAG' }));
    expect(() => tagsBelow(...parts)).toThrow(expect.objectContaining({ code: 'ERR_CACHE_TAG' }));
  });

  it('ends with each of its levels, by one tag, and with nothing beside it', async () => {
    const cache = createCache();
    const places = [
      ['product', 42, 'reviews'],
      ['product', 42, 'prices'],
      ['product', 43, 'reviews'],
    ] as const;
    const fill = () => Promise.all(places.map((place) => cache.set(place.join(), 1, { tags: tagPath(...place) })));
    const left = () => places.map((place) => cache.peek(place.join())?.value);
    await fill();
    expect(await cache.invalidate({ tag: 'product:42:*' })).toMatchObject({ memoryEntries: 2, unknownTags: [] });
    expect(left()).toEqual([undefined, undefined, 1]);
    await fill();
    await cache.expire({ tag: 'product:42:reviews' });
    expect(left()).toEqual([undefined, 1, 1]);
    await cache.invalidate({ tag: tagsBelow('product') });
    expect(left()).toEqual([undefined, undefined, undefined]);
    await cache.set('plain', 1, { tags: ['product:42:reviews'] });
    expect(await cache.invalidate({ tag: 'product:44:*' })).toMatchObject({ unknownTags: ['product:44:*'] });
    expect(cache.peek('plain')?.value).toBe(1);
    await cache.close();
  });
});
