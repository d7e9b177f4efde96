import { describe, expect, it, vi } from 'vitest';
import { createGenerationTable } from './generation-table.ts';
import { staleSince } from './generations.ts';

const origin = (mark: number) => ({ mark, shared: true, livesUntilMs: 0, confirmedAtMs: 0 });

describe('the table of generations', () => {
  it('knows what Redis answered until it is forgotten, and tells those who hold on to it', () => {
    const table = createGenerationTable();
    const generation = table.admit('x', 'g1', origin(table.mark()));
    expect(table.known('x')).toBe(generation);
    generation.tally.entries = 3;
    expect(table.forget('x')).toBe(3);
    expect(table.known('x')).toBeUndefined();
    expect(generation.isCurrent).toBe(false);
  });

  it('counts the entries that die of a tag once, and none for a tag that nobody knows', () => {
    const table = createGenerationTable();
    table.admit('x', 'g1', origin(table.mark())).tally.entries = 3;
    expect([table.forget('x'), table.forget('x'), table.expire('x', 1), table.forget('y')]).toEqual([3, 0, 0, 0]);
    const next = table.admit('x', 'g2', origin(table.mark()));
    expect([next.isCurrent, next.remains, next.tally.entries]).toEqual([true, undefined, 0]);
  });

  it('ends also what stale entries stand on when their tag is forgotten', () => {
    const table = createGenerationTable();
    const generation = table.admit('x', 'g1', origin(table.mark()));
    table.expire('x', 5);
    expect(staleSince([generation])).toBe(5);
    table.forget('x');
    expect(staleSince([generation])).toBeUndefined();
  });

  it.each([
    ['the same with the time of the expiry', 'g1~5', true, 5],
    ['another, for the tag was invalidated since', 'g2', true, undefined],
    ['one of this process’s own, which knows of every invalidation of those', 'own', false, 5],
  ])('lets what is stale live on after an expiry where the next id is %s', (_which, id, shared, since) => {
    const table = createGenerationTable();
    const expired = table.admit('x', 'g1', origin(table.mark()));
    expired.tally.entries = 3;
    table.expire('x', 5);
    const next = table.admit('x', id, { ...origin(table.mark()), shared });
    expect(staleSince([expired])).toBe(since);
    expect(next.isCurrent).toBe(true);
    expect(table.forget('x')).toBe(since === undefined ? 0 : 3);
    expect(staleSince([expired])).toBeUndefined();
  });

  it('does not delete a tag from its Map that comes back: each lookup would be longer than the one before', () => {
    const deleted = vi.spyOn(Map.prototype, 'delete');
    const table = createGenerationTable();
    for (let times = 0; times < 100; times += 1) {
      table.admit('x', `g${times}`, origin(table.mark()));
      table.forget('x');
    }
    expect(deleted).not.toHaveBeenCalled();
    deleted.mockRestore();
  });

  it('keeps no place for a tag that does not come back, once others were forgotten after it', () => {
    const table = createGenerationTable(64);
    const kept = vi.spyOn(Map.prototype, 'delete');
    for (const tag of ['a', 'b', 'c']) {
      table.admit(tag, tag, origin(table.mark()));
      table.forget(tag);
    }
    expect(kept.mock.calls).toEqual([['a'], ['b']]);
    kept.mockRestore();
  });

  it('does not trust an answer that was under way when the tag was forgotten', () => {
    const table = createGenerationTable();
    const mark = table.mark();
    table.forget('x');
    expect(table.admit('x', 'g1', origin(mark)).isCurrent).toBe(false);
    expect(table.known('x')).toBeUndefined();
    expect(table.admit('y', 'g1', origin(mark)).isCurrent).toBe(true);
    table.forgetAll();
    expect(table.admit('y', 'g1', origin(mark)).isCurrent).toBe(false);
    expect(table.admit('y', 'g1', origin(table.mark())).isCurrent).toBe(true);
  });

  it('tells a tag that was forgotten from all that were', () => {
    const table = createGenerationTable();
    const mark = table.mark();
    table.forgetAll();
    table.forget('x');
    table.expire('y', 5);
    expect(['x', 'y', 'z'].map((tag) => table.isForgotten(tag, mark))).toEqual([true, true, false]);
  });

  it('keeps one object a generation, and ends it when Redis names another', () => {
    const table = createGenerationTable();
    const first = table.admit('x', 'g1', origin(table.mark()));
    expect(table.admit('x', 'g1', { ...origin(table.mark()), livesUntilMs: 5 })).toBe(first);
    expect(first.livesUntilMs).toBe(5);
    const second = table.admit('x', 'g2', origin(table.mark()));
    expect([first.isCurrent, second.isCurrent]).toEqual([false, true]);
  });

  it('no longer vouches for the generations that do not fit', () => {
    const table = createGenerationTable(2);
    const [first] = ['a', 'b', 'c'].map((tag) => table.admit(tag, tag, origin(table.mark())));
    expect(first?.isCurrent).toBe(false);
    expect(table.known('c')?.isCurrent).toBe(true);
  });
});
