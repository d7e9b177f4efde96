import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestName } from './nearest-name.ts';

const NAMES = ['policy', 'ttl', 'tags', 'staleWhileRevalidate', 'staleIfError'];

describe('the nearest name', () => {
  it.each([
    ['tll', 'ttl'],
    ['TTL', 'ttl'],
    ['tag', 'tags'],
    ['polcy', 'policy'],
    ['staleWhileRevalid', 'staleWhileRevalidate'],
    ['staleOnError', 'staleIfError'],
  ])('to %s is %s', (given, nearest) => {
    expect(nearestName(given, NAMES)).toBe(nearest);
  });

  it.each(['', 'x', 'expires', 'lifetime', 'constructor'])('to %j is none', (given) => {
    expect(nearestName(given, NAMES)).toBeUndefined();
  });

  it('to a name that one letter was left out of is that name', () => {
    fc.assert(
      fc.property(fc.constantFrom(...NAMES), fc.nat(), (name, seed) => {
        const at = seed % name.length;
        expect(nearestName(name.slice(0, at) + name.slice(at + 1), NAMES)).toBe(name);
      }),
    );
  });
});
