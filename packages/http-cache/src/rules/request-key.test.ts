import express from 'express';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keepsAll, keepsAllBut, keepsOnly, type ParameterRule, parameterName } from './parameters.ts';
import { boundedKey, canonicalTarget, customKey, keptTarget, readKey, uriKey } from './request-key.ts';
import { TRACKING_PARAMETERS } from './tracking-parameters.ts';

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
    ['/price?b=2&%61=1&a=0', '/price?%61=1&a=0&b=2'],
    ['/price?b=2&a.x=1&a=0', '/price?a.x=1&a=0&b=2'],
    ['/price?b=2&A=1&a=0', '/price?A=1&a=0&b=2'],
    ['/price?b=2;a=1&a=0', '/price?b=2;a=1&a=0'],
    ['/price?b=2#&a=1', '/price?b=2#&a=1'],
    ['/price?b%=2&a=1', '/price?b%=2&a=1'],
    [`/price?${'&'.repeat(1000)}a=1`, `/price?${'&'.repeat(1000)}a=1`],
    ['/price?utm_source=x', '/price?utm_source=x'],
  ])('%s becomes %s', (target, canonical) => {
    expect(canonicalTarget(target, keepsAll)).toBe(canonical);
  });

  it.each([
    ['as received', '/a/../account?x=1'],
    ['an encoded slash', '/price/BTC%2FUSD'],
    ['its other spelling', '/price/BTC%2fUSD'],
    ['a slash', '/price/BTC/USD'],
    ['an empty segment', '/price//BTC/USD'],
    ['a slash at the end', '/price/BTC/USD/'],
    ['a matrix parameter', '/price/BTC/USD;v=1'],
    ['another case', '/Price/BTC/USD'],
    ['an escaped letter', '/price/%42TC/USD'],
    ['an escaped dot', '/price/BTC/USD%2E'],
  ])('never changes a path: %s', (_what, path) => expect(canonicalTarget(path, keepsAll)).toBe(path));

  describe.each<[string, ParameterRule]>([
    ['all parameters', keepsAll],
    ['a list of them', keepsOnly(['a', 'B'])],
    ['all but some', keepsAllBut(['c', 'utm_*'])],
  ])('that keeps %s', (_what, keeps) => {
    const name = fc.constantFrom(
      'a',
      'b',
      'c',
      'A',
      'a[]',
      'a[x]',
      '[a]',
      'a.b',
      '%61',
      '%5Ba',
      'a+',
      'utm_x',
      '%',
      '',
    );
    const value = fc.constantFrom('', '=', '=1', '=2', '=]=', '=x;a=9', '=x#', '=%zz', '=+', '&');
    const target = fc
      .tuple(fc.constantFrom('/p', '/p;v=1'), fc.array(fc.tuple(name, value), { maxLength: 6 }))
      .map(([path, parameters]) => `${path}?${parameters.map((parts) => parts.join('')).join('&')}`);

    it('is its own canonical form', () => {
      fc.assert(
        fc.property(target, (given) => {
          const canonical = canonicalTarget(given, keeps);
          if (canonical !== undefined) expect(canonicalTarget(canonical, keeps)).toBe(canonical);
        }),
        { numRuns: 300 },
      );
    });

    it.each(Object.entries(PARSERS))(
      'never gives one form to two targets that %s reads differently',
      (_parser, parse) => {
        fc.assert(
          fc.property(target, fc.array(fc.nat(), { minLength: 6, maxLength: 6 }), (given, ranks) => {
            const other = shuffled(given, ranks);
            const canonical = canonicalTarget(given, keeps);
            fc.pre(canonical !== undefined && canonical === canonicalTarget(other, keeps));
            expect(parse(keptTarget(given, keeps))).toEqual(parse(keptTarget(other, keeps)));
            expect(parse(canonical)).toEqual(parse(keptTarget(given, keeps)));
          }),
          { numRuns: 300 },
        );
      },
    );

    it('leaves out only what no parser can mistake for what is kept', () => {
      fc.assert(
        fc.property(target, (given) => {
          fc.pre(canonicalTarget(given, keeps) !== undefined);
          const before = PARSERS.qs(given);
          const after = PARSERS.qs(keptTarget(given, keeps));
          for (const [key, kept] of Object.entries(after)) expect(before[key]).toEqual(kept);
          for (const key of Object.keys(before)) {
            expect(key in after).toBe(keeps(parameterName(key)));
          }
        }),
        { numRuns: 300 },
      );
    });
  });

  it('does not depend on the order of differently named parameters', () => {
    const parameter = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.stringMatching(/^[a-z0-9]{0,3}$/));
    const write = (list: readonly (readonly [string, string])[]) =>
      `/p?${list.map((pair) => pair.join('=')).join('&')}`;
    fc.assert(
      fc.property(fc.array(parameter), fc.array(fc.nat(), { minLength: 4 }), (parameters, ranks) => {
        const rank = ([name]: readonly [string, string]) => ranks[name.charCodeAt(0) % ranks.length] ?? 0;
        const moved = parameters.toSorted((one, other) => rank(one) - rank(other) || one[0].localeCompare(other[0]));
        expect(canonicalTarget(write(moved), keepsAll)).toBe(canonicalTarget(write(parameters), keepsAll));
      }),
    );
  });

  it.each([
    ['a name that another parser reads as a listed one', '/p?a=1&x.a=2'],
    ['a part that another parser splits', '/p?x=1;a=2'],
    ['a name that parsers decode differently', '/p?x%=1'],
    ['more parameters than every parser reads', `/p?${'x=1&'.repeat(100)}a=1`],
  ])('is none where what is left out holds %s', (_what, target) => {
    expect(canonicalTarget(target, keepsOnly(['a']))).toBeUndefined();
  });
});

describe('keptTarget', () => {
  it.each([
    ['/p', '/p'],
    ['/p?', '/p?'],
    ['/p?b=2&&a=1', '/p?b=2&&a=1'],
    ['/p?x=1', '/p'],
    ['/p?b=2&x=1&a=1', '/p?b=2&a=1'],
    ['/p?X=1&%78=2&x[]=3&a=1', '/p?a=1'],
  ])('%s without x is %s', (target, kept) => expect(keptTarget(target, keepsAllBut(['x']))).toBe(kept));
});

describe('the built-in list of tracking parameters', () => {
  const keeps = keepsAllBut(TRACKING_PARAMETERS);

  it.each(['utm_source', 'UTM_Campaign', 'gclid', 'fbclid', 'msclkid', 'mc_eid', '_hsenc', 'ScCid', 'hsCtaTracking'])(
    'holds %s',
    (name) => expect(canonicalTarget(`/p?${name}=1&a=2`, keeps)).toBe('/p?a=2'),
  );

  it.each(['utm', 'id', 'ref', 'source', 'campaign', 'page', 'q', 'token', 'gclid2'])('does not hold %s', (name) =>
    expect(canonicalTarget(`/p?${name}=1`, keeps)).toBe(`/p?${name}=1`),
  );
});

/** Queries as Express reads them (its two parsers), and as WHATWG URLs do. */
const PARSERS = {
  querystring: (target: string) => expressQuery('simple', target),
  qs: (target: string) => expressQuery('extended', target),
  URLSearchParams(target: string): Record<string, unknown> {
    const parsed = new URL(target, 'http://h').searchParams;
    return Object.fromEntries([...new Set(parsed.keys())].map((name) => [name, parsed.getAll(name)]));
  },
};

function expressQuery(parser: 'simple' | 'extended', target: string): Record<string, unknown> {
  const app = express().set('query parser', parser);
  return { ...app.get('query parser fn')(URL.parse(target, 'http://h')?.search.slice(1)) };
}

/** The same parameters in another order, those of one name among each other included. */
function shuffled(target: string, ranks: readonly number[]): string {
  const [path, query = ''] = target.split('?', 2) as [string, string?];
  const order = query.split('&').map((text, index) => ({ text, rank: ranks[index] ?? 0 }));
  return `${path}?${order
    .toSorted((one, other) => one.rank - other.rank)
    .map(({ text }) => text)
    .join('&')}`;
}

describe('keys', () => {
  it('keeps origin, route and custom keys apart', () => {
    const keys = [
      uriKey('origin', 'http://a', '/x', keepsAll),
      uriKey('route', 'http://a', '/x', keepsAll),
      customKey('route', 'http://a /x'),
      customKey('route http://a', '/x'),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('cannot be confused by a host that holds spaces', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z/ ]{0,8}$/), fc.stringMatching(/^[a-z/ ]{0,8}$/), (one, other) => {
        fc.pre(one !== other);
        expect(uriKey('route', one, '/x', keepsAll)).not.toBe(uriKey('route', other, '/x', keepsAll));
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

describe('readKey', () => {
  const all = () => true;
  it.each([
    ['http://shop.example', '/items?a=1', ''],
    ['http://inner shop.example', '/items', ''],
    ['api', '/', ''],
    ['http://shop.example', '/items', '=gzip, br'],
    ['http://shop.example', '/items', ''],
  ])('finds %s and %s again, with the variant %j', (authority, target, values) => {
    const key = uriKey('route', authority, target, all) ?? '';
    expect(readKey(key)).toEqual({ authority, target, variant: undefined });
    expect(readKey(`${key} abc-_123 =${values}`)).toEqual({ authority, target, variant: values });
  });

  it('finds nothing in a key of a policy, nor in one that was cut', () => {
    expect(readKey(customKey('items', 'http://shop.example /items'))).toEqual({});
    expect(readKey(uriKey('route', 'http://shop.example', `/${'x'.repeat(2000)}`, all) ?? '')).toEqual({});
  });
});
