import { describe, expect, it } from 'vitest';
import { resolvePlans } from './plan.ts';

describe('plans', () => {
  it.each([
    ['60/min', 60, 60_000],
    ['60/m', 60, 60_000],
    ['5/s', 5, 1000],
    ['5/sec', 5, 1000],
    ['100/15min', 100, 900_000],
    ['1000/h', 1000, 3_600_000],
    ['1000/hour', 1000, 3_600_000],
    ['10000/day', 10_000, 86_400_000],
    ['10000/7d', 10_000, 604_800_000],
  ])('%s is %d requests in %d ms', (rate, limit, windowMs) => {
    expect(resolvePlans({ anonymous: rate }).strangers).toEqual({ name: 'anonymous', limit, windowMs, audit: false });
  });

  it('may be given as a limit, a window and whether to audit', () => {
    const { byName } = resolvePlans({ admin: { limit: 1000, window: '1m', audit: true } });
    expect(byName.get('admin')).toEqual({ name: 'admin', limit: 1000, windowMs: 60_000, audit: true });
  });

  it('hold the first for strangers', () => {
    expect(resolvePlans({ free: '1/s', anonymous: '9/s' }).strangers.name).toBe('free');
  });

  it.each([
    [{ anonymous: '60/minute' }, "plans.anonymous must be a rate ('60/min', '5/s', '100/15min'), got \"60/minute\"."],
    [{ anonymous: '-1/min' }, "plans.anonymous must be a rate ('60/min', '5/s', '100/15min'), got \"-1/min\"."],
    [{ anonymous: '0/min' }, 'plans.anonymous.limit must be a whole number between 1 and 100000, got 0.'],
    [{ anonymous: '100001/day' }, 'plans.anonymous.limit must be a whole number between 1 and 100000, got 100001.'],
    [{ anonymous: { limit: 1.5, window: '1m' } }, 'plans.anonymous.limit must be a whole number'],
    [{ anonymous: { limit: 5 } }, 'plans.anonymous.window must be a duration'],
    [{ anonymous: { limit: 5, window: 500 } }, 'plans.anonymous.window must be a duration'],
    [
      { anonymous: { limit: 5, window: 1500 } },
      'plans.anonymous.window must be a duration of whole seconds, got 1500.',
    ],
    [{ anonymous: { limit: 5, window: '400d' } }, 'plans.anonymous.window must be a duration'],
    [
      { anonymous: { limit: 5, windowMs: 1000 } },
      'plans.anonymous must be an object with only the keys limit, window, audit',
    ],
    [{ anonymous: { limit: 5, window: '1m', audit: 1 } }, 'plans.anonymous.audit must be true or false, got 1.'],
    [{ anonymous: 60 }, 'plans.anonymous must be an object of options, got 60.'],
    [{ 'a"b': '1/s' }, 'plans must be named by a letter, then letters, digits, _ or -, got "a\\"b".'],
    [{ 7: '1/s' }, 'plans must be named by a letter, then letters, digits, _ or -, got "7".'],
    [{}, 'plans must be an object with at least one plan'],
    [null, 'plans must be an object of plans by name, got null.'],
    ['60/min', 'plans must be an object of plans by name, got "60/min".'],
  ])('%j are refused: %s', (plans, message) => {
    expect(() => resolvePlans(plans)).toThrow(
      expect.objectContaining({ code: 'ERR_RATE_LIMIT_OPTION', message: expect.stringContaining(message) }),
    );
  });
});
