import { expect, it, vi } from 'vitest';
import type { ApplyChange, Change } from '../redis/changes.ts';
import { createOwnWrites } from './own-writes.ts';

const change = (verb: Change['verb'], key = 'entry'): Change => ({ verb, keys: [key], values: [] });

it('a write is one’s own until it was told of, once', async () => {
  const own = createOwnWrites();
  const apply = own.mark(async () => 'OK');
  await apply(change('store'));
  expect([own.take('entry'), own.take('entry')]).toEqual([true, false]);
});

it('is one’s own from the moment it is sent, for it may be told of before it is answered', async () => {
  const own = createOwnWrites();
  const apply = own.mark(() => new Promise(() => {}));
  void apply(change('commit'));
  expect(own.take('entry')).toBe(true);
});

it.each<[string, ApplyChange]>([
  ['was fenced', async () => 0],
  ['failed', () => Promise.reject(new Error('away'))],
])('one that %s hides nobody else’s', async (_what, send) => {
  const own = createOwnWrites();
  await own
    .mark(send)(change('commit'))
    .catch(() => {});
  expect(own.take('entry')).toBe(false);
});

it('an invalidation is no write, and a write that was never told of hides nothing for long', async () => {
  const now = vi.fn(() => 0);
  const own = createOwnWrites(now);
  const apply = own.mark(async () => 1);
  await apply(change('invalidate'));
  expect(own.take('entry')).toBe(false);
  await apply(change('store'));
  now.mockReturnValue(5000);
  expect(own.take('entry')).toBe(false);
});
