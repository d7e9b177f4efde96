import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundedKey, canonicalTarget, customKey, uriKey } from './request-key.ts';

describe('canonicalTarget', () => {
  it.each([
    ['/price', '/price'],
    ['/price?', '/price'],
    ['/price?&', '/price'],
    ['/price?b=2&a=1', '/price?a=1&b=2'],
    ['/price?a=2&a=1', '/price?a=2&a=1'],
    ['/price?b&a=1&&a=0', '/price?a=1&a=0&b'],
    ['/price?x[1]=b&x[0]=a', '/price?x[1]=b&x[0]=a'],
    ['/price?x%5B1%5D=b&x[0]=a', '/price?x%5B1%5D=b&x[0]=a'],
    ['/a/../account?x=1', '/a/../account?x=1'],
    ['/account%2fx.css;v=1', '/account%2fx.css;v=1'],
    ['/Price', '/Price'],
    ['/price?utm_source=x', '/price?utm_source=x'],
  ])('%s becomes %s', (target, canonical) => {
    expect(canonicalTarget(target)).toBe(canonical);
  });

  const parameter = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.stringMatching(/^[a-z0-9]{0,3}$/));

  it('does not depend on the order of differently named parameters, and keeps that of equally named ones', () => {
    fc.assert(
      fc.property(fc.array(parameter), fc.array(fc.nat()), (parameters, keys) => {
        const shuffled = stableByName(parameters, keys);
        const write = (list: readonly (readonly [string, string])[]) =>
          `/p?${list.map(([name, value]) => `${name}=${value}`).join('&')}`;
        expect(canonicalTarget(write(shuffled))).toBe(canonicalTarget(write(parameters)));
      }),
    );
  });

  it('holds every parameter that was sent', () => {
    fc.assert(
      fc.property(fc.array(parameter, { minLength: 1 }), (parameters) => {
        const sent = parameters.map(([name, value]) => `${name}=${value}`);
        const kept = canonicalTarget(`/p?${sent.join('&')}`)
          .slice(3)
          .split('&');
        expect(kept.toSorted()).toEqual(sent.toSorted());
      }),
    );
  });

  /** Moves whole names about: parameters of one name stay in their order. */
  function stableByName(parameters: readonly [string, string][], keys: readonly number[]): [string, string][] {
    const rank = (name: string) => keys[name.charCodeAt(0) % Math.max(1, keys.length)] ?? 0;
    return parameters.toSorted(([one], [other]) => rank(one) - rank(other) || one.localeCompare(other));
  }
});

describe('keys', () => {
  it('keeps origin, route and custom keys apart', () => {
    const keys = [
      uriKey('origin', 'http://a', '/x'),
      uriKey('route', 'http://a', '/x'),
      customKey('route', 'http://a /x'),
      customKey('route http://a', '/x'),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('cannot be confused by a host that holds spaces', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z/ ]{0,8}$/), fc.stringMatching(/^[a-z/ ]{0,8}$/), (one, other) => {
        fc.pre(one !== other);
        expect(uriKey('route', one, '/x')).not.toBe(uriKey('route', other, '/x'));
      }),
    );
  });

  it('is bounded in length, and long keys that differ at the end still differ', () => {
    const long = 'x'.repeat(20_000);
    expect(boundedKey(`${long}1`).length).toBeLessThan(1024);
    expect(boundedKey(`${long}1`)).not.toBe(boundedKey(`${long}2`));
    expect(boundedKey('short')).toBe('short');
  });

  it('is always one that the cache takes, whatever bytes a client sends', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) =>
        /^[ -~]{1,1024}$/.test(boundedKey(`k${text}`)),
      ),
    );
    expect(boundedKey('a\u0080')).not.toBe(boundedKey('a\u0081'));
  });
});
