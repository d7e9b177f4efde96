import { describe, expect, it } from 'vitest';
import { watchStolenTime } from './stolen-time.ts';

describe('stolen time', () => {
  it('is its share of all that the cores have spent since it is watched', () => {
    const times = [
      [100, 0, 50, 1000, 5, 0, 1, 40],
      [130, 0, 60, 1030, 5, 0, 1, 50],
    ];
    const stolen = watchStolenTime(() => times.shift() ?? []);
    expect(stolen()).toBe(10 / 80);
  });

  it('is none where the system does not tell, or no tick has passed', () => {
    expect(watchStolenTime(() => [])()).toBe(0);
    expect(watchStolenTime(() => [1, 2, 3, 4, 5, 6, 7, 8])()).toBe(0);
  });

  it('is a share on this system', () => {
    const share = watchStolenTime()();
    expect(share).toBeGreaterThanOrEqual(0);
    expect(share).toBeLessThanOrEqual(1);
  });
});
