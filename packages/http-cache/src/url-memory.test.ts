import { describe, expect, it } from 'vitest';
import { createUrlMemory } from './url-memory.ts';

describe('the memory of URLs', () => {
  it('holds a URL until its time is over', () => {
    const memory = createUrlMemory();
    memory.remember('/a', 1000);
    expect(memory.holds('/a', 999)).toBe(true);
    expect(memory.holds('/a', 1000)).toBe(false);
    expect(memory.holds('/b', 0)).toBe(false);
  });

  it('does not grow with a flood of URLs, and keeps the one in use', () => {
    const memory = createUrlMemory(10);
    memory.remember('/hot', 1000);
    for (let url = 0; url < 1000; url += 1) {
      memory.remember(`/${url}`, 1000);
      expect(memory.holds('/hot', 0)).toBe(true);
    }
    const held = Array.from({ length: 1000 }, (_value, url) => memory.holds(`/${url}`, 0)).filter(Boolean);
    expect(held).toHaveLength(9);
  });
});
