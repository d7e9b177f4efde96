import { asDocumented, createManualClock, documentedDefaults } from '@breakwater/testkit';
import { describe, expect, it } from 'vitest';
import { createQuotas } from '../index.ts';
import { QUOTA_DEFAULTS } from './quota-options.ts';

describe('quotas without Redis', () => {
  it('are counted by user and period, and begin again with the next', async () => {
    const clock = createManualClock(Date.parse('2026-11-30T23:30:00Z'));
    const quotas = createQuotas({ clock });
    const resetsAtMs = Date.parse('2026-12-01T00:00:00Z');
    expect(await quotas.quotaUsage('user123', 'daily')).toEqual({ used: 0, resetsAtMs, shared: false });
    expect(await quotas.trackQuota('user123', 'daily')).toEqual({ used: 1, resetsAtMs, shared: false });
    expect(await quotas.trackQuota('user123', 'daily', 4)).toMatchObject({ used: 5 });
    expect(await quotas.trackQuota('user123', 'hourly')).toMatchObject({ used: 1 });
    expect(await quotas.trackQuota('other', 'daily')).toMatchObject({ used: 1 });
    expect(await quotas.quotaUsage('user123', 'daily')).toMatchObject({ used: 5 });
    clock.advance(resetsAtMs - clock.now());
    expect(await quotas.quotaUsage('user123', 'daily')).toMatchObject({ used: 0 });
    expect(quotas.stats()).toEqual({ tracked: 4, unshared: 4, redis: { state: 'off', errors: 0 } });
  });

  it('remember no more counts than they may', async () => {
    const quotas = createQuotas({ maxEntries: 1 });
    await quotas.trackQuota('first', 'daily');
    await quotas.trackQuota('second', 'daily');
    expect(await quotas.quotaUsage('first', 'daily')).toMatchObject({ used: 0 });
  });

  it.each<[string, unknown, unknown, number | undefined]>([
    ['ERR_CACHE_KEY', '', 'daily', 1],
    ['ERR_CACHE_KEY', 'a\n', 'daily', 1],
    ['ERR_CACHE_OPTION', 'a', 'weekly', 1],
    ['ERR_CACHE_OPTION', 'a', 'daily', 0],
    ['ERR_CACHE_OPTION', 'a', 'daily', 1.5],
  ])('refuse with %s: %j, %j, %j', async (code, user, period, cost) => {
    await expect(createQuotas().trackQuota(user as string, period as 'daily', cost)).rejects.toMatchObject({ code });
  });

  it.each([{ redis: {} }, { namespace: '' }, { maxEntries: 0 }, { clock: {} }, { deadlineMs: 0 }, { limit: 5 }])(
    'refuse the options %j',
    (options) => {
      expect(() => createQuotas(options as never)).toThrow(expect.objectContaining({ code: 'ERR_CACHE_OPTION' }));
    },
  );

  it('are documented with the defaults they have', () => {
    const documented = documentedDefaults(new URL('quota-options.ts', import.meta.url), 'QuotasOptions');
    expect(documented).toEqual(asDocumented(QUOTA_DEFAULTS));
  });
});
