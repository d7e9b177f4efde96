import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_DIRECTIVES } from './cache-control.ts';
import { type StorageLimits, type StorageTerms, storability } from './storable.ts';

const NOW_MS = Date.UTC(2026, 10, 21);
const POLICY: StorageTerms = {
  ttlMs: 5000,
  statuses: new Map(),
  staleWhileRevalidateMs: 0,
  staleIfErrorMs: 0,
  vary: [],
  trust: 'declared',
  targetFields: [],
  setCookie: 'refuse',
  keptForValidationMs: 0,
};
const LIMITS: StorageLimits = { refusedVary: new Set(['user-agent']), maxBodyBytes: 1000 };
const ORIGIN: StorageTerms = { ...POLICY, ttlMs: undefined };
const ANYBODY = { hasAuthorization: false, directives: NO_DIRECTIVES };

function judge(headers: Record<string, string>, terms = POLICY, status = 200, asked = ANYBODY) {
  const fields = new Map(Object.entries(headers));
  return storability(
    { status, headers: fields, vary: headers.vary, requestedAtMs: NOW_MS, nowMs: NOW_MS },
    asked,
    terms,
    LIMITS,
  );
}

function lifetimeOf(headers: Record<string, string>, terms = ORIGIN, status = 200): number | undefined {
  const verdict = judge(headers, terms, status);
  return verdict.storable ? verdict.reuse.lifetimeMs : undefined;
}

describe('storability under a policy', () => {
  it('takes the policy’s lifetime where the response says nothing', () => {
    expect(judge({})).toEqual({
      storable: true,
      reuse: { lifetimeMs: 5000, staleWhileRevalidateMs: 0, staleIfErrorMs: 0, validation: 'none' },
      initialAgeMs: 0,
      varyNames: [],
    });
  });

  const refused: [string, Record<string, string>, number][] = [
    ['status', {}, 404],
    ['status', {}, 206],
    ['status', {}, 302],
    ['status', {}, 304],
    ['status', {}, 500],
    ['set-cookie', { 'set-cookie': 'id=1' }, 200],
    ['no-store', { 'cache-control': 'no-store' }, 200],
    ['no-store', { 'cache-control': 'public, max-age=60, no-store' }, 200],
    ['private', { 'cache-control': 'private, max-age=60' }, 200],
    ['private', { 'cache-control': 'private="x-id"' }, 200],
    ['no-cache', { 'cache-control': 'no-cache' }, 200],
    ['no-cache', { 'cache-control': 'max-age=60, no-cache="set-cookie"' }, 200],
    ['private', { 'cache-control': 'public, private="set-cookie, x-id"' }, 200],
    ['vary', { vary: 'accept, *' }, 200],
    ['vary', { vary: 'Accept, User-Agent' }, 200],
    ['event-stream', { 'content-type': 'text/event-stream; charset=utf-8' }, 200],
    ['too-large', { 'content-length': '1001' }, 200],
    ['no-freshness', { 'cache-control': 's-maxage=0' }, 200],
    ['no-freshness', { age: '5' }, 200],
  ];
  it.each(refused)('refuses for %s: %o with status %i', (reason, headers, status) => {
    expect(judge(headers, POLICY, status)).toEqual({ storable: false, reason });
  });

  it('takes other statuses for as long as they are named for, without the policy’s stale windows', () => {
    const terms = {
      ...POLICY,
      staleIfErrorMs: 60_000,
      staleWhileRevalidateMs: 60_000,
      statuses: new Map([['4xx', 700]]),
    };
    expect(judge({}, terms, 404)).toMatchObject({
      reuse: { lifetimeMs: 700, staleIfErrorMs: 0, staleWhileRevalidateMs: 0 },
    });
    expect(judge({ 'cache-control': 's-maxage=0' }, terms, 404)).toEqual({ storable: false, reason: 'no-freshness' });
    expect(judge({ 'cache-control': 'no-store' }, terms, 404)).toEqual({ storable: false, reason: 'no-store' });
    expect(judge({}, terms, 500)).toEqual({ storable: false, reason: 'status' });
    expect(judge({}, terms, 429)).toEqual({ storable: false, reason: 'status' });
    expect(judge({}, terms)).toMatchObject({ reuse: { lifetimeMs: 5000, staleIfErrorMs: 60_000 } });
  });

  it('lets s-maxage shorten the policy, and leaves max-age to the clients', () => {
    expect(lifetimeOf({ 'cache-control': 's-maxage=2' }, POLICY)).toBe(2000);
    expect(lifetimeOf({ 'cache-control': 's-maxage=60' }, POLICY)).toBe(5000);
    expect(lifetimeOf({ 'cache-control': 'public, max-age=0' }, POLICY)).toBe(5000);
  });

  it('counts the age a response already has', () => {
    expect(judge({ age: '2' })).toMatchObject({ reuse: { lifetimeMs: 5000 }, initialAgeMs: 2000 });
  });

  it.each(['-2', 'abc', '2.0', '2;a', ''])('passes over the age %o, and goes by the date', (age) => {
    const date = new Date(NOW_MS - 3000).toUTCString();
    expect(judge({ age, date })).toMatchObject({ initialAgeMs: 3000 });
  });

  it('takes a response whose age nothing tells for one that is too old', () => {
    expect(judge({ age: '-2' })).toEqual({ storable: false, reason: 'no-freshness' });
  });

  it.each([
    ['2, 60', 2000],
    ['2,2', 2000],
    ['60, 2', undefined],
  ])('takes the first of the ages %s', (age, initialAgeMs) => {
    expect(judge({ age })).toMatchObject(initialAgeMs === undefined ? { storable: false } : { initialAgeMs });
  });

  it('varies on what the response, the policy and a content coding say together', () => {
    const terms = { ...POLICY, vary: ['Accept-Language'] };
    expect(judge({ vary: 'Origin', 'content-encoding': 'gzip' }, terms)).toMatchObject({
      varyNames: ['accept-encoding', 'accept-language', 'origin'],
    });
  });
});

describe('storability by the response’s own word', () => {
  it.each([
    ['public, max-age=60', 60_000],
    ['s-maxage=10, max-age=60', 10_000],
    ['max-age=60, s-maxage=0', undefined],
    ['max-age=60', undefined],
    ['public', undefined],
    ['public, max-age=x', undefined],
    ['public, max-age=60, immutable', 60_000],
    ['immutable="x", immutable, public, max-age=60', 60_000],
    ['public, immutable', undefined],
    ['public, max-age=60, community="UCI"', 60_000],
    ['', undefined],
  ])('%s lives %s ms', (control, ttlMs) => {
    expect(lifetimeOf({ 'cache-control': control })).toBe(ttlMs);
  });

  const date = new Date(NOW_MS).toUTCString();
  const at = (seconds: number) => new Date(NOW_MS + seconds * 1000).toUTCString();
  it.each<[StorageTerms['trust'], Record<string, string>, number | undefined]>([
    ['declared', { expires: at(60), date }, undefined],
    ['declared', { expires: at(60), date, 'cache-control': 'public' }, 60_000],
    ['explicit', { expires: at(60), date }, 60_000],
    ['explicit', { expires: at(60), date, 'cache-control': 'max-age=5' }, 5000],
    ['explicit', { expires: '0', date }, undefined],
    ['explicit', { expires: at(60), date: at(30) }, 30_000],
    ['explicit', { 'last-modified': at(-1000), date }, undefined],
    ['heuristic', { 'last-modified': at(-1000), date }, 100_000],
    ['heuristic', { 'last-modified': at(-100 * 86_400), date }, 86_400_000],
    ['heuristic', { 'last-modified': at(1000), date }, undefined],
  ])('with %s trust, %o lives %s ms', (trust, headers, expected) => {
    expect(lifetimeOf(headers, { ...ORIGIN, trust })).toBe(expected);
  });

  it.each([
    [404, 100_000],
    [302, undefined],
    [500, undefined],
  ])('guesses a lifetime for status %i: %s', (status, expected) => {
    const headers = { 'last-modified': at(-1000), date };
    expect(lifetimeOf(headers, { ...ORIGIN, trust: 'heuristic' }, status)).toBe(expected);
  });

  it('follows a targeted field in place of all the others, if it is one', () => {
    const terms = { ...ORIGIN, targetFields: ['own-cache-control', 'cdn-cache-control'] };
    const others = { 'cache-control': 'no-store', expires: at(60) };
    expect(lifetimeOf({ ...others, 'cdn-cache-control': 'max-age=9' }, terms)).toBe(9000);
    expect(lifetimeOf({ 'own-cache-control': 'max-age=1', 'cdn-cache-control': 'max-age=9' }, terms)).toBe(1000);
    expect(lifetimeOf({ 'cache-control': 's-maxage=3', 'cdn-cache-control': 'max-age=9, ' }, terms)).toBe(3000);
    expect(lifetimeOf({ 'cache-control': 's-maxage=3', 'cdn-cache-control': 'max-age="9"' }, terms)).toBeUndefined();
    expect(lifetimeOf({ 'cache-control': 's-maxage=3', 'cdn-cache-control': 'no-store' }, terms)).toBeUndefined();
  });

  it('stores what may only be used after asking, where it can be asked', () => {
    const terms = { ...ORIGIN, keptForValidationMs: 60_000 };
    expect(judge({ 'cache-control': 'no-cache', etag: '"a"' }, terms)).toEqual({ storable: false, reason: 'no-cache' });
    expect(judge({ 'cache-control': 'public, no-cache', etag: '"a"' }, terms)).toMatchObject({
      reuse: { validation: 'always' },
    });
    expect(judge({ 'cache-control': 'no-cache' }, terms)).toEqual({ storable: false, reason: 'no-cache' });
    expect(judge({ 'cache-control': 's-maxage=0', etag: '"a"' }, terms)).toMatchObject({ storable: true });
  });

  it.each<[string, Record<string, string>, number, boolean]>([
    ['a status that may be guessed about', {}, 404, true],
    ['another status', {}, 302, false],
    ['another status that may be stored', { 'cache-control': 'public' }, 302, true],
    ['another status that has a lifetime', { expires: '0' }, 302, true],
    ['another status that says no-cache alone', { 'cache-control': 'no-cache' }, 302, false],
    ['another status by a targeted field', { 'cdn-cache-control': 'no-cache', expires: '0' }, 302, false],
  ])('keeps no response to ask about that says nothing of being stored: %s', (_what, headers, status, isKept) => {
    const terms = { ...ORIGIN, trust: 'explicit' as const, keptForValidationMs: 60_000 };
    const targeted = { ...terms, targetFields: ['cdn-cache-control'] };
    expect(judge({ etag: '"a"', ...headers }, targeted, status).storable).toBe(isKept);
  });

  it('lets no field speak that is not one of those that are for it', () => {
    expect(lifetimeOf({ 'cache-control': 's-maxage=3', 'cdn-cache-control': 'no-store' })).toBe(3000);
  });

  it.each([
    ['max-age=9, must-revalidate', { validation: 'when-stale', lifetimeMs: 9000 }],
    ['max-age=9;x=1, unknown, stale-if-error=7', { validation: 'none', lifetimeMs: 9000, staleIfErrorMs: 7000 }],
    ['max-age=9, no-cache', 'no-cache'],
    ['max-age=9, no-store', 'no-store'],
    ['max-age=9, private', 'private'],
    ['max-age=9, private="x-id"', 'private'],
    ['max-age=9.0', 'no-freshness'],
    ['max-age=token', 'no-freshness'],
  ])('a targeted field of %s is followed as Cache-Control would be', (control, expected) => {
    const verdict = judge({ 'cdn-cache-control': control }, { ...ORIGIN, targetFields: ['cdn-cache-control'] });
    expect(verdict.storable ? verdict.reuse : verdict.reason).toEqual(
      typeof expected === 'string' ? expected : expect.objectContaining(expected),
    );
  });

  it('takes more seconds than can be counted for very many, in a targeted field as well', () => {
    const terms = { ...ORIGIN, targetFields: ['cdn-cache-control'] };
    expect(lifetimeOf({ 'cdn-cache-control': 'max-age=999999999999999' }, terms)).toBe(2 ** 31 * 1000);
  });

  it.each([
    ['public, max-age=5', 'none'],
    ['s-maxage=5', 'when-stale'],
    ['s-maxage=5, stale-while-revalidate=5', 'none'],
    ['public, max-age=5, must-revalidate, stale-while-revalidate=5', 'when-stale'],
    ['public, max-age=5, proxy-revalidate', 'when-stale'],
  ])('%s demands validation: %s', (control, validation) => {
    expect(judge({ 'cache-control': control }, ORIGIN)).toMatchObject({ reuse: { validation } });
  });

  it('shares the answer to a request with Authorization only where the answer says so', () => {
    const asked = { ...ANYBODY, hasAuthorization: true };
    const explicit = { ...ORIGIN, trust: 'explicit' as const };
    expect(judge({ 'cache-control': 'max-age=5' }, explicit, 200, asked)).toEqual({
      storable: false,
      reason: 'authorization',
    });
    for (const word of ['public', 'must-revalidate', 's-maxage=5']) {
      expect(judge({ 'cache-control': `max-age=5, ${word}` }, explicit, 200, asked)).toMatchObject({ storable: true });
    }
  });

  it('lets must-understand stand in place of no-store for a status it knows', () => {
    const control = { 'cache-control': 'public, max-age=5, no-store, must-understand' };
    expect(judge(control, ORIGIN, 200)).toMatchObject({ storable: true });
    expect(judge(control, ORIGIN, 299)).toEqual({ storable: false, reason: 'no-store' });
  });

  it('never stores a response of unknown sharing, whatever else its head says', () => {
    const header = fc.constantFrom(
      'max-age=9',
      'must-revalidate',
      'no-transform',
      'stale-while-revalidate=5',
      'immutable',
    );
    fc.assert(
      fc.property(
        fc.uniqueArray(header),
        (members) => !judge({ 'cache-control': members.join(', ') }, ORIGIN).storable,
      ),
    );
  });

  it('never gives a lifetime that is not positive', () => {
    const text = fc.oneof(fc.string({ maxLength: 20 }), fc.integer().map(String));
    fc.assert(
      fc.property(text, text, text, (shared, maxAge, age) => {
        const verdict = judge({ 'cache-control': `public, s-maxage=${shared}, max-age=${maxAge}`, age }, ORIGIN);
        return !verdict.storable || verdict.reuse.lifetimeMs > verdict.initialAgeMs;
      }),
    );
  });
});
