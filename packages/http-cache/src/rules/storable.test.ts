import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type StorageTerms, storability } from './storable.ts';

const POLICY: StorageTerms = { ttlMs: 5000, vary: [], maxBodyBytes: 1000 };
const ORIGIN: StorageTerms = { ttlMs: undefined, vary: [], maxBodyBytes: 1000 };

function judge(headers: Record<string, string>, terms = POLICY, status = 200) {
  return storability({ status, headers: new Map(Object.entries(headers)), vary: headers.vary }, terms);
}

describe('storability under a policy', () => {
  it('takes the policy’s lifetime where the response says nothing', () => {
    expect(judge({})).toEqual({ storable: true, ttlMs: 5000, initialAgeMs: 0, varyNames: [] });
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
    ['vary', { vary: 'accept, *' }, 200],
    ['event-stream', { 'content-type': 'text/event-stream; charset=utf-8' }, 200],
    ['too-large', { 'content-length': '1001' }, 200],
    ['no-freshness', { 'cache-control': 's-maxage=0' }, 200],
    ['no-freshness', { age: '5' }, 200],
  ];
  it.each(refused)('refuses for %s: %o with status %i', (reason, headers, status) => {
    expect(judge(headers, POLICY, status)).toEqual({ storable: false, reason });
  });

  it('lets s-maxage shorten the policy, and leaves max-age to the clients', () => {
    expect(judge({ 'cache-control': 's-maxage=2' })).toMatchObject({ ttlMs: 2000 });
    expect(judge({ 'cache-control': 's-maxage=60' })).toMatchObject({ ttlMs: 5000 });
    expect(judge({ 'cache-control': 'public, max-age=0' })).toMatchObject({ ttlMs: 5000 });
  });

  it('counts the age a response already has', () => {
    expect(judge({ age: '2' })).toMatchObject({ ttlMs: 3000, initialAgeMs: 2000 });
    expect(judge({ age: '-2' })).toMatchObject({ ttlMs: 5000, initialAgeMs: 0 });
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
    ['', undefined],
  ])('%s lives %s ms', (control, ttlMs) => {
    const verdict = judge({ 'cache-control': control }, ORIGIN);
    expect(verdict.storable ? verdict.ttlMs : undefined).toBe(ttlMs);
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
        return !verdict.storable || verdict.ttlMs > 0;
      }),
    );
  });
});
