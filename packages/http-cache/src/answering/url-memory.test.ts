import { describe, expect, it } from 'vitest';
import { createUrlMemory } from './url-memory.ts';

describe('the memory of URLs', () => {
  it('tells what was learned of a URL until its time is over', () => {
    const memory = createUrlMemory<'one' | 'other'>();
    memory.remember('/a', 'one', 1000);
    expect(memory.recall('/a', 999)).toBe('one');
    expect(memory.recall('/a', 1000)).toBeUndefined();
    expect(memory.recall('/b', 0)).toBeUndefined();
    memory.remember('/a', 'other', 2000);
    expect(memory.recall('/a', 1000)).toBe('other');
  });

  it('does not grow with a flood of URLs, and keeps the one in use', () => {
    const memory = createUrlMemory<'known'>(10);
    memory.remember('/hot', 'known', 1000);
    for (let url = 0; url < 1000; url += 1) {
      memory.remember(`/${url}`, 'known', 1000);
      expect(memory.recall('/hot', 0)).toBe('known');
    }
    const held = Array.from({ length: 1000 }, (_value, url) => memory.recall(`/${url}`, 0)).filter(Boolean);
    expect(held.length).toBeGreaterThanOrEqual(4);
    expect(held.length).toBeLessThan(10);
  });
});
