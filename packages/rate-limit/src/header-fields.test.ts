import { describe, expect, it } from 'vitest';
import type { Decision } from './decision.ts';
import { writeHeaderFields } from './header-fields.ts';
import { refusalOf } from './refusal.ts';

const plan = { name: 'anonymous', limit: 60, windowMs: 60_000, audit: false };

function fieldsOf(...decisions: Decision[]): Record<string, string> {
  const fields = new Map<string, string>();
  const head = { getHeader: (name: string) => fields.get(name), setHeader: fields.set.bind(fields) };
  for (const decision of decisions) writeHeaderFields(decision, head);
  return Object.fromEntries(fields);
}

describe('the header fields', () => {
  it('tell an allowed request what is left, and in how many seconds there is more', () => {
    expect(fieldsOf({ outcome: 'allowed', plan, remaining: 12, freesInMs: 33_001 })).toEqual({
      'RateLimit-Policy': '"anonymous";q=60;w=60',
      RateLimit: '"anonymous";r=12;t=34',
    });
  });

  it.each([
    [1, '1'],
    [999.2, '1'],
    [1000, '1'],
    [1000.5, '2'],
    [60_000, '60'],
  ])('tell a denied request that frees in %d ms to retry after %s s', (freesInMs, seconds) => {
    expect(fieldsOf({ outcome: 'denied', plan, remaining: 0, freesInMs })).toEqual({
      'RateLimit-Policy': '"anonymous";q=60;w=60',
      RateLimit: `"anonymous";r=0;t=${seconds}`,
      'Retry-After': seconds,
    });
  });

  it('claim no quota where nothing was counted', () => {
    expect(fieldsOf({ outcome: 'uncounted', plan })).toEqual({ 'RateLimit-Policy': '"anonymous";q=60;w=60' });
    expect(fieldsOf({ outcome: 'unavailable', plan })).toEqual({
      'RateLimit-Policy': '"anonymous";q=60;w=60',
      'Retry-After': '5',
    });
    expect(fieldsOf({ outcome: 'skipped' })).toEqual({});
  });

  it('list every limiter that a request passes', () => {
    const login = { name: 'login', limit: 5, windowMs: 900_000, audit: false };
    const fields = fieldsOf(
      { outcome: 'allowed', plan, remaining: 59, freesInMs: 60_000 },
      { outcome: 'denied', plan: login, remaining: 0, freesInMs: 120_000 },
    );
    expect(fields).toEqual({
      'RateLimit-Policy': '"anonymous";q=60;w=60, "login";q=5;w=900',
      RateLimit: '"anonymous";r=59;t=60, "login";r=0;t=120',
      'Retry-After': '120',
    });
  });
});

describe('the refusal', () => {
  const refused = (decision: Decision) => {
    const refusal = refusalOf(decision);
    return refusal && { status: refusal.status, problem: JSON.parse(refusal.body.toString()) };
  };

  it('of a denied request is a problem document with what the client needs to come back', () => {
    expect(refused({ outcome: 'denied', plan, remaining: 0, freesInMs: 11_200 })).toEqual({
      status: 429,
      problem: {
        type: 'urn:breakwater:problem:ERR_RATE_LIMIT_EXCEEDED',
        title: 'Too many requests',
        status: 429,
        detail: 'The plan anonymous allows 60 requests in 60 s. Try again in 12 s.',
        plan: 'anonymous',
        limit: 60,
        windowSeconds: 60,
        retryAfterSeconds: 12,
      },
    });
  });

  it('of a request that could not be counted is a 503', () => {
    expect(refused({ outcome: 'unavailable', plan })).toMatchObject({
      status: 503,
      problem: { type: 'urn:breakwater:problem:ERR_RATE_LIMIT_UNAVAILABLE', status: 503, retryAfterSeconds: 5 },
    });
  });

  it('is none for a request that goes on', () => {
    expect(refused({ outcome: 'allowed', plan, remaining: 0, freesInMs: 1 })).toBeUndefined();
    expect(refused({ outcome: 'uncounted', plan })).toBeUndefined();
    expect(refused({ outcome: 'skipped' })).toBeUndefined();
  });
});
