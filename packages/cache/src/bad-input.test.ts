import { afterAll, describe, expect, it } from 'vitest';
import { type Cache, cached, createCache, createQuotas, defineKeys } from './index.ts';
import { createWarmer } from './warmer.ts';

const BAD_KEYS: readonly [what: string, key: unknown][] = [
  ['an empty key', ''],
  ['a key over 1 KB', 'é'.repeat(513)],
  ['a key with a control character', 'a\u0000b'],
  ['a key with a line break', 'a\nb'],
  ['half a surrogate pair', 'a\ud800'],
  ['a number for a key', 5],
  ['no key', undefined],
];

const codec = { name: 'raw', encode: (value: Buffer) => value, decode: (value: Buffer) => value };
const load = () => 1;
const loadAll = () => new Map();

/** Every call that takes a key. */
const BY_KEY: Readonly<Record<string, (cache: Cache, key: string) => unknown>> = {
  get: (cache, key) => cache.get(key),
  lookup: (cache, key) => cache.lookup(key),
  peek: (cache, key) => cache.peek(key),
  getMany: (cache, key) => cache.getMany(['good', key]),
  has: (cache, key) => cache.has(key),
  hasMany: (cache, key) => cache.hasMany(['good', key]),
  ttl: (cache, key) => cache.ttl(key),
  set: (cache, key) => cache.set(key, 1),
  setMany: (cache, key) =>
    cache.setMany([
      ['good', 1],
      [key, 1],
    ]),
  getOrLoad: (cache, key) => cache.getOrLoad(key, load),
  lookupOrLoad: (cache, key) => cache.lookupOrLoad(key, load),
  loadMany: (cache, key) => cache.loadMany(['good', key], loadAll),
  wrap: (cache, key) => cache.wrap(load, { key: () => key })(),
  reserve: (cache, key) => cache.reserve(key),
  reserveToFill: (cache, key) => cache.reserveToFill(key),
  invalidate: (cache, key) => cache.invalidate({ key: ['good', key] }),
  expire: (cache, key) => cache.expire({ key: ['good', key] }),
  delete: (cache, key) => cache.delete(key),
  take: (cache, key) => cache.take(key),
  inspect: (cache, key) => cache.inspect(key),
  dryRun: (cache, key) => cache.dryRun({ key: ['good', key] }),
};

/** What some of them take is below; the others take nothing that is checked. */
const WITHOUT_KEY = [
  'ack',
  'audit',
  'clear',
  'close',
  'demand',
  'describeTag',
  'drain',
  'forget',
  'hotKeys',
  'keys',
  'on',
  'rules',
  'setMode',
  'space',
  'stats',
  'token',
];

/** Every call that takes a policy, and what else is its own. */
const BY_OPTIONS: Readonly<Record<string, (cache: Cache, options: object) => unknown>> = {
  get: (cache, options) => cache.get('k', options),
  lookup: (cache, options) => cache.lookup('k', options),
  peek: (cache, options) => cache.peek('k', options),
  getMany: (cache, options) => cache.getMany(['k'], options),
  has: (cache, options) => cache.has('k', options),
  hasMany: (cache, options) => cache.hasMany(['k'], options),
  ttl: (cache, options) => cache.ttl('k', options),
  inspect: (cache, options) => cache.inspect('k', options),
  take: (cache, options) => cache.take('k', options),
  set: (cache, options) => cache.set('k', 1, options),
  setMany: (cache, options) => cache.setMany([['k', 1]], options),
  getOrLoad: (cache, options) => cache.getOrLoad('k', load, options),
  lookupOrLoad: (cache, options) => cache.lookupOrLoad('k', load, options),
  delete: (cache, options) => cache.delete('k', options),
  loadMany: (cache, options) => cache.loadMany(['k'], loadAll, options),
  wrap: (cache, options) => cache.wrap(load, { key: () => 'k', ...options })(),
  reserve: (cache, options) => cache.reserve('k', options),
  reserveToFill: (cache, options) => cache.reserveToFill('k', options),
};

/** Every call that takes options which no other group of calls takes. */
const WITH_OWN_OPTIONS: Readonly<Record<string, (cache: Cache, options: { within: '1s' }) => unknown>> = {
  invalidate: (cache, options) => cache.invalidate({ key: 'k' }, options as object),
  expire: (cache, options) => cache.expire({ key: 'k' }, options as object),
  clear: (cache, options) => cache.clear(options as object),
  dryRun: (cache, options) => cache.dryRun({ key: 'k' }, options as object),
  keys: (cache, options) => cache.keys('*', options as object),
  ack: (cache, options) => cache.ack(options),
  demand: (cache, options) => cache.demand(cache.token(), options),
  commit: async (cache, options) => (await cache.reserve('k')).commit(1, options as object),
  warmUp: (cache, options) => createWarmer(cache).warmUp(['k'], load, options as object),
};

/** Every call that takes what a write takes. */
const WRITES: Readonly<Record<string, (cache: Cache, options: object) => unknown>> = {
  set: (cache, options) => cache.set('k', 1, options),
  setMany: (cache, options) => cache.setMany([['k', 1]], options),
  getOrLoad: (cache, options) => cache.getOrLoad('k', load, options),
  lookupOrLoad: (cache, options) => cache.lookupOrLoad('k', load, options),
  loadMany: (cache, options) => cache.loadMany(['k'], loadAll, options),
  wrap: (cache, options) => cache.wrap(load, { key: () => 'k', ...options })(),
  reserve: (cache, options) => cache.reserve('k', options),
  reserveToFill: (cache, options) => cache.reserveToFill('k', options),
};

const BAD_TERMS: readonly [what: string, options: object, code: string][] = [
  ['a negative ttl', { ttl: -1 }, 'ERR_CACHE_OPTION'],
  ['a ttl of nothing', { ttl: 0 }, 'ERR_CACHE_OPTION'],
  ['a ttl without a unit', { ttl: '5' }, 'ERR_CACHE_OPTION'],
  ['a ttl of more than ten years', { ttl: '4000d' }, 'ERR_CACHE_OPTION'],
  ['a negative staleWhileRevalidate', { staleWhileRevalidate: '-1s' }, 'ERR_CACHE_OPTION'],
  ['a staleIfError that is no duration', { staleIfError: {} }, 'ERR_CACHE_OPTION'],
  ['an empty tag', { tags: [''] }, 'ERR_CACHE_TAG'],
  ['a tag with a control character', { tags: ['a\u001eb'] }, 'ERR_CACHE_TAG'],
  ['a text for tags', { tags: 'abc' }, 'ERR_CACHE_TAG'],
  ['more than 128 tags', { tags: Array.from({ length: 129 }, (_, index) => `tag ${index}`) }, 'ERR_CACHE_TAG'],
  ['an empty subject', { subject: '' }, 'ERR_CACHE_SUBJECT'],
  ['null for a subject', { subject: null }, 'ERR_CACHE_SUBJECT'],
  ['a subject with half a surrogate pair', { subject: 'a\ud800' }, 'ERR_CACHE_SUBJECT'],
];

class Money {
  readonly amount = 5;
}
const cycle: unknown[] = [];
cycle.push(cycle);
const BAD_VALUES: readonly [what: string, value: unknown][] = [
  ['a function', () => 1],
  ['a symbol', Symbol('a')],
  ['an instance of a class', new Money()],
  ['a cycle', cycle],
  ['a function deep inside', { rows: [new Map([['a', { run() {} }]])] }],
  ['a promise', Promise.resolve(1)],
];

function namedByRule(cache: Cache, outcome: unknown): Promise<unknown> {
  const rules = cache.rules<{ sold: string }>();
  rules.on('sold', () => outcome as string);
  return rules.emit('sold', 'a');
}

const OTHERS: readonly [what: string, code: string, call: (cache: Cache) => unknown][] = [
  ['keys that are no array', 'ERR_CACHE_KEY', (cache) => cache.getMany('k' as never)],
  ['keys to load that are no array', 'ERR_CACHE_KEY', (cache) => cache.loadMany('k' as never, loadAll)],
  ['pairs that are no list', 'ERR_CACHE_VALUE', (cache) => cache.setMany(5 as never)],
  ['pairs that are none', 'ERR_CACHE_VALUE', (cache) => cache.setMany(['k'] as never)],
  ['a loader that is no function', 'ERR_CACHE_LOADER', (cache) => cache.getOrLoad('k', 5 as never)],
  ['a batch loader that is no function', 'ERR_CACHE_LOADER', (cache) => cache.loadMany(['k'], {} as never)],
  ['a batch loader that gives no Map', 'ERR_CACHE_VALUE', (cache) => cache.loadMany(['k'], () => [] as never)],
  ['a wrap with null for options', 'ERR_CACHE_OPTION', (cache) => cache.wrap(load, null as never)],
  ['nothing to wrap', 'ERR_CACHE_OPTION', (cache) => cache.wrap(undefined as never, { key: () => 'k' })],
  ['a wrap without a key', 'ERR_CACHE_OPTION', (cache) => cache.wrap(load, {} as never)],
  ['no target', 'ERR_CACHE_TARGET', (cache) => cache.invalidate({} as never)],
  ['nothing for a target', 'ERR_CACHE_TARGET', (cache) => cache.invalidate(undefined as never)],
  ['two targets', 'ERR_CACHE_TARGET', (cache) => cache.expire({ key: 'a', tag: 'b' } as never)],
  ['an empty tag to invalidate', 'ERR_CACHE_TAG', (cache) => cache.invalidate({ tag: '' })],
  ['an empty pattern', 'ERR_CACHE_PATTERN', (cache) => cache.invalidate({ pattern: '' })],
  ['a pattern over 1 KB', 'ERR_CACHE_PATTERN', (cache) => cache.expire({ pattern: '*'.repeat(1025) })],
  ['a reason that is none', 'ERR_CACHE_OPTION', (cache) => cache.invalidate({ all: true }, { reason: 'why' as never })],
  ['a budget that is no duration', 'ERR_CACHE_OPTION', (cache) => cache.expire({ all: true }, { budget: -1 })],
  [
    'a rule that is no function',
    'ERR_CACHE_OPTION',
    (cache) => cache.rules<{ sold: string }>().on('sold', {} as never),
  ],
  ['a dry run of nothing', 'ERR_CACHE_TARGET', (cache) => cache.dryRun({} as never)],
  ['a budget of a dry run', 'ERR_CACHE_OPTION', (cache) => cache.dryRun({ all: true }, { budget: -1 })],
  ['an empty pattern of keys', 'ERR_CACHE_PATTERN', (cache) => cache.keys('')],
  ['a page of no keys', 'ERR_CACHE_OPTION', (cache) => cache.keys('*', { limit: 0 })],
  ['a cursor of nobody', 'ERR_CACHE_OPTION', (cache) => cache.keys('*', { cursor: 'redis:x' })],
  ['an empty tag to describe', 'ERR_CACHE_TAG', (cache) => cache.describeTag('')],
  ['a rule that names an empty tag', 'ERR_CACHE_TAG', (cache) => namedByRule(cache, '')],
  ['a rule that names a bad key', 'ERR_CACHE_KEY', (cache) => namedByRule(cache, { keys: ['a\nb'] })],
  ['a rule that names nothing we know', 'ERR_CACHE_OPTION', (cache) => namedByRule(cache, { tag: 'x' })],
  ['a demand of no token', 'ERR_CACHE_TOKEN', (cache) => cache.demand('', { within: '1s' })],
  ['a demand without a limit', 'ERR_CACHE_OPTION', (cache) => cache.demand(cache.token(), {} as never)],
  ['an ack without a limit', 'ERR_CACHE_OPTION', (cache) => cache.ack({} as never)],
  ['a clear for no reason we know', 'ERR_CACHE_OPTION', (cache) => cache.clear({ reason: 5 as never })],
  ['a dry run of nothing', 'ERR_CACHE_TARGET', (cache) => cache.dryRun({} as never)],
  ['a dry run of a bad key', 'ERR_CACHE_KEY', (cache) => cache.dryRun({ key: '' })],
  ['a dry run without end', 'ERR_CACHE_OPTION', (cache) => cache.dryRun({ all: true }, { budget: 'long' as never })],
  ['keys of an empty pattern', 'ERR_CACHE_PATTERN', (cache) => cache.keys('')],
  ['keys from a cursor that is none', 'ERR_CACHE_OPTION', (cache) => cache.keys('*', { cursor: 'here' })],
  ['a description of an empty tag', 'ERR_CACHE_TAG', (cache) => cache.describeTag('')],
  ['a mode that is none', 'ERR_CACHE_OPTION', (cache) => cache.getOrLoad('k', load, { mode: 'fresh' as never })],
  [
    'a mode that is none, for many',
    'ERR_CACHE_OPTION',
    (cache) => cache.loadMany(['k'], loadAll, { mode: 5 as never }),
  ],
  ['an empty subject to forget', 'ERR_CACHE_SUBJECT', (cache) => cache.forget('')],
  ['a mode of the cache that is none', 'ERR_CACHE_OPTION', (cache) => cache.setMode('refresh' as never)],
  ['a space without a codec', 'ERR_CACHE_OPTION', (cache) => cache.space('files', undefined as never)],
  [
    'a codec that cannot decode',
    'ERR_CACHE_OPTION',
    (cache) => cache.space('files', { codec: { name: 'raw', encode: Buffer.from } as never }),
  ],
  ['a space of a strange name', 'ERR_CACHE_OPTION', (cache) => cache.space('My files', { codec: null as never })],
  [
    'a wait for a lease of less than no time',
    'ERR_CACHE_OPTION',
    (cache) => cache.reserveToFill('k', { leaseWait: -1 }),
  ],
  [
    'null for the wait for a lease',
    'ERR_CACHE_OPTION',
    (cache) => cache.reserveToFill('k', { leaseWait: null as never }),
  ],
  [
    'a commit for less than no time',
    'ERR_CACHE_OPTION',
    async (cache) => (await cache.reserve('k')).commit(1, { ttl: -1 }),
  ],
  [
    'a misspelt option of a commit',
    'ERR_CACHE_OPTION',
    async (cache) => (await cache.reserve('k')).commit(1, { tll: 5 } as object),
  ],
  ['null in place of a loader and its options', 'ERR_CACHE_LOADER', (cache) => cache.getOrLoad('k', null as never)],
  ['null in place of a batch loader', 'ERR_CACHE_LOADER', (cache) => cache.loadMany(['k'], null as never)],
  ['a lifetime in place of options', 'ERR_CACHE_OPTION', (cache) => cache.set('k', 1, '5s' as never)],
  ['seconds in place of options', 'ERR_CACHE_OPTION', (cache) => cache.getOrLoad('k', load, 60 as never)],
  ['a policy in place of options', 'ERR_CACHE_OPTION', (cache) => cache.get('k', 'default' as never)],
  ['tags in place of options', 'ERR_CACHE_OPTION', (cache) => cache.set('k', 1, ['a'] as never)],
  [
    'a misspelt option of a decorator',
    'ERR_CACHE_OPTION',
    (cache) => cached(cache, { key: () => 'k', tll: 5 } as never),
  ],
  [
    'a misspelt option of a warm-up',
    'ERR_CACHE_OPTION',
    (cache) => createWarmer(cache).warmUp(['k'], load, { tag: ['a'] } as object),
  ],
  [
    'a loader that asks for less than no time',
    'ERR_CACHE_OPTION',
    (cache) => cache.getOrLoad('k', (_key, context) => context.setTtl(-1)),
  ],
  [
    'a tag that a loader names',
    'ERR_CACHE_TAG',
    (cache) => cache.getOrLoad('k', (_key, context) => context.addTags([''])),
  ],
  [
    'a validator over 1 KB',
    'ERR_CACHE_OPTION',
    (cache) => cache.getOrLoad('k', (_key, context) => context.setValidator('x'.repeat(1025))),
  ],
  [
    'a validator with half a surrogate pair',
    'ERR_CACHE_OPTION',
    (cache) => cache.getOrLoad('k', (_key, context) => context.setValidator('a\ud800')),
  ],
  ['a signal that is none', 'ERR_CACHE_OPTION', (cache) => cache.getOrLoad('k', load, { signal: {} as never })],
  ['null for a signal', 'ERR_CACHE_OPTION', (cache) => cache.getOrLoad('k', load, { signal: null as never })],
  [
    'null for a signal, for many',
    'ERR_CACHE_OPTION',
    (cache) => cache.loadMany(['k'], loadAll, { signal: null as never }),
  ],
  [
    'null for the budget of a dry run',
    'ERR_CACHE_OPTION',
    (cache) => cache.dryRun({ all: true }, { budget: null as never }),
  ],
  ['null for the size of a page', 'ERR_CACHE_OPTION', (cache) => cache.keys('*', { limit: null as never })],
  ['a cursor that is no text', 'ERR_CACHE_OPTION', (cache) => cache.keys('*', { cursor: Symbol('a') as never })],
  [
    'a symbol for a key of a space',
    'ERR_CACHE_KEY',
    (cache) => cache.space('raw', { codec }).peek(Symbol('a') as never),
  ],
  ['keys to warm that are no list', 'ERR_CACHE_KEY', (cache) => createWarmer(cache).warmUp(5 as never, load)],
  ['a policy named by the prototype', 'ERR_CACHE_POLICY', (cache) => cache.get('k', { policy: '__proto__' })],
];

const cache: Cache = createCache();
afterAll(() => cache.close());

/** The code of what `call` throws or rejects with. */
async function codeOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return 'no error';
  } catch (error) {
    return (error as { code?: unknown }).code ?? error;
  }
}

const each = <Call>(calls: Readonly<Record<string, Call>>) => Object.entries(calls);

describe('bad input is refused with a code, at the call:', () => {
  it('every call of the cache is in the tables', () => {
    expect(Object.keys(cache).toSorted()).toEqual([...Object.keys(BY_KEY), ...WITHOUT_KEY].toSorted());
  });

  describe.each(each(BY_KEY))('%s', (_name, call) => {
    it.each(BAD_KEYS)('%s', async (_what, key) => {
      expect(await codeOf(() => call(cache, key as string))).toBe('ERR_CACHE_KEY');
    });
  });

  it.each(each(BY_OPTIONS))('%s: an unknown policy', async (_name, call) => {
    expect(await codeOf(() => call(cache, { policy: 'prices' }))).toBe('ERR_CACHE_POLICY');
  });

  it.each(each(BY_OPTIONS))('%s: a misspelt option', async (_name, call) => {
    expect(await codeOf(() => call(cache, { tll: 5 }))).toBe('ERR_CACHE_OPTION');
  });

  const { wrap: _, ...takingNull } = { ...BY_OPTIONS, ...WITH_OWN_OPTIONS };
  it.each(each(takingNull))('%s: null for options', async (_name, call) => {
    expect(await codeOf(() => call(cache, null as never))).toBe('ERR_CACHE_OPTION');
  });

  it.each(each(WITH_OWN_OPTIONS))('%s: a misspelt option of its own', async (_name, call) => {
    expect(await codeOf(() => call(cache, { within: '1s', bugdet: '1s' } as never))).toBe('ERR_CACHE_OPTION');
  });

  it('a misspelt option is named, with what it was likely meant to be', async () => {
    await expect(cache.set('k', 1, { tll: 5 } as object)).rejects.toThrow(
      /^options must be an object with only the keys policy, ttl, .* \(is 'tll' meant to be 'ttl'\?\), got an object with the keys tll\.$/,
    );
  });

  describe.each(each(WRITES))('%s', (_name, call) => {
    it.each(BAD_TERMS)('%s', async (_what, options, code) => {
      expect(await codeOf(() => call(cache, options))).toBe(code);
    });
  });

  it.each(BAD_VALUES)('%s as a value, however it comes', async (_what, value) => {
    const refused = 'ERR_CACHE_VALUE';
    expect(await codeOf(() => cache.set('k', value))).toBe(refused);
    expect(
      await codeOf(() =>
        cache.setMany([
          ['good', 1],
          ['k', value],
        ]),
      ),
    ).toBe(refused);
    expect(await codeOf(async () => (await cache.reserve('k')).commit(value))).toBe(refused);
    expect(await codeOf(() => cache.getOrLoad('k', () => ({ value })))).toBe(refused);
    expect(await codeOf(() => cache.loadMany(['k'], () => new Map([['k', { value }]])))).toBe(refused);
    expect(await cache.getMany(['k', 'good'])).toEqual(new Map());
  });

  it.each(OTHERS)('%s', async (_what, code, call) => {
    expect(await codeOf(() => call(cache))).toBe(code);
  });

  it.each<[string, string, () => unknown]>([
    ['a quota of nobody', 'ERR_CACHE_KEY', () => createQuotas().trackQuota('', 'daily')],
    ['a quota by the week', 'ERR_CACHE_OPTION', () => createQuotas().trackQuota('ada', 'weekly' as never)],
    ['a quota that gives back', 'ERR_CACHE_OPTION', () => createQuotas().trackQuota('ada', 'daily', -1)],
    ['options that are none', 'ERR_CACHE_OPTION', () => createCache(null as never)],
    [
      'dependencies that are none',
      'ERR_CACHE_OPTION',
      () => createCache({ invalidation: { dependencies: null as never } }),
    ],
    ['no parts for a key', 'ERR_CACHE_KEY', () => defineKeys({ user: 'user:{id}' }).user(null as never)],
  ])('%s', async (_what, code, call) => {
    expect(await codeOf(call)).toBe(code);
  });

  it('options of one call may be given to another that takes less', async () => {
    const options = { policy: 'default', ttl: '5s', tags: ['a'], mode: 'cached' } as const;
    await cache.set('shared', 1, options);
    expect(await cache.get('shared', options)).toBe(1);
    expect(await cache.getMany(['shared', 'absent'], options)).toEqual(new Map([['shared', 1]]));
    expect(await cache.delete('shared', options)).toBe(true);
  });

  it.each([
    ...['memory', 'policies', 'writeBack', 'invalidation'].map((group) => [group, { [group]: null }] as const),
    ...['memory', 'redis', 'load'].map(
      (group) => [`policies.prices.${group}`, { policies: { prices: { [group]: null } } }] as const,
    ),
  ])('null for %s', async (_group, options) => {
    expect(await codeOf(() => createCache(options as object))).toBe('ERR_CACHE_OPTION');
  });

  it('null for the options of a space is named as such', () => {
    expect(() => cache.space('files', null as never)).toThrow('options must be an object of options, got null.');
  });

  it('a hit in memory does not look at what else its options say', async () => {
    await cache.set('held', 1);
    for (const unlooked of [{ tll: 5 } as object, null as never]) {
      expect(await cache.get('held', unlooked)).toBe(1);
      expect(await cache.getOrLoad('held', load, unlooked)).toBe(1);
      expect(cache.peek('held', unlooked)).toMatchObject({ value: 1 });
    }
  });

  it('undefined for options is as good as none', async () => {
    await cache.set('k', 1, undefined);
    await cache.setMany([['l', 2]], undefined);
    expect(await cache.getMany(['k', 'l'], undefined)).toEqual(new Map(Object.entries({ k: 1, l: 2 })));
    expect(await cache.getOrLoad('m', load, undefined)).toBe(1);
    expect(await (await cache.reserve('n', undefined)).commit(3, undefined)).toBe(true);
  });
});
