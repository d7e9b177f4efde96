import { describe, expect, it } from 'vitest';
import { staleSinceOf } from './generation-id.ts';

describe('an entry under a tag', () => {
  it.each([
    ['a.1', 'a.1', Number.POSITIVE_INFINITY, 'is as it was'],
    ['a.1', 'a.2', undefined, 'is dead where the tag was invalidated'],
    ['a.1', 'a.10', undefined, 'is dead where the other id only begins like its own'],
    ['a.1~100', 'a.2~100', undefined, 'is dead where the tag was invalidated after it was expired'],
    ['a.1', 'a.1~100', 100, 'is stale since the tag was expired'],
    ['a.1', 'a.1~100~200', 100, 'is stale since the first time the tag was expired'],
    ['a.1~100', 'a.1~100~200~300', 200, 'is stale since the first time after its own'],
    ['a.1~100~200', 'a.1~100~200', Number.POSITIVE_INFINITY, 'is as it was, written after the tag was expired'],
    ['a.1~100', 'a.1~300~400', 300, 'is stale since the first time that is still known'],
    ['a.1~100', 'a.1', Number.POSITIVE_INFINITY, 'is as it was where this process has not heard of the expiry yet'],
    ['', 'a.1', undefined, 'is dead under a stamp that is none'],
  ])('stamped %j, with %j now: %s, %s', (stamped, current, since, _what) => {
    expect(staleSinceOf(stamped, current)).toBe(since);
  });
});
