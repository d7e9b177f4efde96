import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { matchesGlob } from '../targets/glob.ts';
import { defineKeys } from './define-keys.ts';

const keys = defineKeys({
  features: 'features:{entity}:{date}',
  userResource: 'user:{userId}:{resource}',
  content: 'content:{contentId}',
  session: 'session:{sessionId}',
  query: 'query:{queryHash}',
  model: 'model:{modelName}:{inputHash}',
  stockPrice: 'stock_price:{ticker}:latest',
  financialYear: 'financial_data:{ticker}:{period}',
  financialQuarter: 'financial_data:{ticker}:{period}:{quarter}',
  analysis: 'ai_analysis:{ticker}:{horizon}',
  news: 'news_data:{ticker}:{topic}',
  userSession: 'user_session:{user}',
  quota: 'api_quota:{user}:{period}',
  rates: 'rates',
});

const part = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
  fc.stringMatching(/^[%:*?a2A\n\u0085{}]{1,6}$/),
);

describe('typed keys', () => {
  it.each([
    [keys.features({ entity: 500325, date: '2025-11-14' }), 'features:500325:2025-11-14'],
    [keys.userResource({ userId: 'u1', resource: 'profile' }), 'user:u1:profile'],
    [keys.content({ contentId: 'c1' }), 'content:c1'],
    [keys.session({ sessionId: 's1' }), 'session:s1'],
    [keys.query({ queryHash: '9f2c' }), 'query:9f2c'],
    [keys.model({ modelName: 'trend', inputHash: '9f2c' }), 'model:trend:9f2c'],
    [keys.stockPrice({ ticker: '7203' }), 'stock_price:7203:latest'],
    [keys.financialYear({ ticker: '7203', period: 'annual' }), 'financial_data:7203:annual'],
    [keys.financialQuarter({ ticker: '7203', period: 'quarterly', quarter: 'Q3' }), 'financial_data:7203:quarterly:Q3'],
    [keys.analysis({ ticker: '7203', horizon: 'short_term' }), 'ai_analysis:7203:short_term'],
    [keys.news({ ticker: '7203', topic: 'earnings' }), 'news_data:7203:earnings'],
    [keys.userSession({ user: 'user123' }), 'user_session:user123'],
    [keys.quota({ user: 'user123', period: 'daily' }), 'api_quota:user123:daily'],
    [keys.rates(), 'rates'],
    [defineKeys({ content: 'content:{id}' }, { version: 2 }).content({ id: 'c1' }), 'v2:content:c1'],
    [keys.content({ contentId: 'a:b*?%\n' }), 'content:a%3Ab%2A%3F%25%0A'],
  ])('make %j', (key, expected) => {
    expect(key).toBe(expected);
  });

  it('give the parts back, whatever is in them', () => {
    fc.assert(
      fc.property(part, part, fc.option(fc.integer({ min: 1, max: 99 }), { nil: undefined }), (a, b, version) => {
        const { pair } = defineKeys({ pair: 'pair:{a}:{b}' }, { version });
        expect(pair.parse(pair({ a, b }))).toEqual({ a, b });
      }),
    );
  });

  it('never make one key for different parts, types or versions', () => {
    const templates = {
      pair: 'pair:{a}:{b}',
      triple: 'pair:{a}:{b}:{c}',
      fixed: 'fix:{a}:{b}',
      other: 'fix:{a}:x:{b}',
    } as const;
    const versions = [defineKeys(templates, { version: 1 }), defineKeys(templates, { version: 2 })] as const;
    const origin = fc.tuple(fc.nat(1), fc.nat(3), part, part, part);
    const keyOf = ([version, type, a, b, c]: [number, number, string, string, string]): [string, unknown] => {
      const set = versions[version === 0 ? 0 : 1];
      const made = [set.pair({ a, b }), set.triple({ a, b, c }), set.fixed({ a, b }), set.other({ a, b })][type];
      return [String(made), type === 1 ? [version, type, a, b, c] : [version, type, a, b]];
    };
    fc.assert(
      fc.property(origin, origin, (one, other) => {
        const [key, from] = keyOf(one);
        const [otherKey, otherFrom] = keyOf(other);
        expect(key === otherKey).toBe(JSON.stringify(from) === JSON.stringify(otherFrom));
      }),
    );
  });

  it('read nothing from a key of another type, or from one that no builder writes', () => {
    for (const key of ['content', 'content:', 'content:a:b', 'other:a', 'content:%41', 'content:%', 'content:a*', '']) {
      expect(keys.content.parse(key), key).toBeUndefined();
    }
    expect(keys.rates.parse('rates')).toEqual({});
  });

  it('make patterns in which what is absent is wild, and what is given is literal', () => {
    expect(keys.userResource.pattern({ resource: 'profile' })).toBe('user:*:profile');
    expect(keys.userResource.pattern({ userId: undefined })).toBe('user:*:*');
    expect(keys.userResource.pattern()).toBe('user:*:*');
    fc.assert(
      fc.property(part, part, part, (userId, resource, other) => {
        const pattern = keys.userResource.pattern({ resource });
        expect(matchesGlob(pattern, keys.userResource({ userId, resource }))).toBe(true);
        expect(matchesGlob(pattern, keys.userResource({ userId, resource: other }))).toBe(other === resource);
      }),
    );
  });

  it.each<[string, () => unknown]>([
    ['an empty part', () => keys.content({ contentId: '' })],
    ['an absent part', () => keys.content({} as never)],
    ['no parts at all', () => keys.content(undefined as never)],
    ['NaN', () => keys.content({ contentId: Number.NaN })],
    ['a part that is an object', () => keys.content({ contentId: {} as never })],
    ['half a surrogate pair', () => keys.content({ contentId: '\ud800' })],
    ['an empty part of a pattern', () => keys.content.pattern({ contentId: '' })],
  ])('refuse %s', (_what, build) => {
    expect(build).toThrow(expect.objectContaining({ code: 'ERR_CACHE_KEY' }));
  });

  it.each<[object, object, string]>([
    [{ a: '' }, {}, 'keys.a must be'],
    [{ a: 'a::b' }, {}, 'keys.a must be'],
    [{ a: 'a:x{b}' }, {}, 'keys.a must be'],
    [{ a: 'a:{b}:{b}' }, {}, 'keys.a must be'],
    [{ a: 'a:*' }, {}, 'keys.a must be'],
    [{ a: 5 }, {}, 'keys.a must be'],
    [
      { a: 'user:{id}:all', b: 'user:me:{what}' },
      {},
      'keys.b must be a template whose keys cannot be those of keys.a, got "user:me:{what}"',
    ],
    [[], {}, 'keys must be an object of templates'],
    [{ a: 'a' }, { version: 0 }, 'version must be'],
    [{ a: 'a' }, { prefix: 'x' }, 'options must be an object with only the keys'],
  ])('refuse the templates %j %j', (templates, options, message) => {
    expect(() => defineKeys(templates as never, options)).toThrow(
      expect.objectContaining({ code: 'ERR_CACHE_OPTION', message: expect.stringContaining(message) }),
    );
  });

  it('are typed by their templates', () => {
    expectTypeOf(keys.userResource).parameter(0).toEqualTypeOf<{
      readonly userId: string | number;
      readonly resource: string | number;
    }>();
    // @ts-expect-error: a part is missing
    expect(() => keys.userResource({ userId: 'u1' })).toThrow('resource');
    // @ts-expect-error: there is no such type
    expect(keys.users).toBeUndefined();
  });
});
