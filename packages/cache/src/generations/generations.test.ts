import { describe, expect, it } from 'vitest';
import { createGenerationTable } from './generations.ts';

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
