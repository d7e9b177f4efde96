import { createManualClock } from '@breakwater/testkit';
import { describe, expect, it, vi } from 'vitest';
import { createCache } from '../index.ts';

const lifetimeIn = async (cache: ReturnType<typeof createCache>, policy: string): Promise<number> => {
  await cache.set(policy, 1, { policy: policy as 'default' });
  const entry = cache.peek(policy);
  return Number(entry?.expiresAtMs) - Number(entry?.storedAtMs);
};

describe('the ttl of a policy', () => {
  it.each([
    ['temporary', 300],
    ['short', 1800],
    ['medium', 3600],
    ['long', 86_400],
    ['permanent', 604_800],
  ] as const)('may be %s: %d seconds', async (preset, seconds) => {
    const cache = createCache({ policies: { content: { ttl: preset } } });
    expect(await lifetimeIn(cache, 'content')).toBe(seconds * 1000);
    await cache.close();
  });

  it('is one a type of data, and the call’s own goes before it', async () => {
    const cache = createCache({
      policies: { stock_price: { ttl: '300s' }, financial_data: { ttl: 'long' }, ai_analysis: { ttl: '6h' } },
    });
    expect(await lifetimeIn(cache, 'stock_price')).toBe(300_000);
    expect(await lifetimeIn(cache, 'financial_data')).toBe(86_400_000);
    expect(await lifetimeIn(cache, 'ai_analysis')).toBe(21_600_000);
    await cache.set('own', 1, { policy: 'ai_analysis', ttl: '5s' });
    const own = cache.peek('own');
    expect(Number(own?.expiresAtMs) - Number(own?.storedAtMs)).toBe(5000);
    await cache.close();
  });

  it('may be a schedule, asked with the clock’s time at every call that stores', async () => {
    const clock = createManualClock();
    const startMs = clock.now();
    const schedule = vi.fn((nowMs: number) => nowMs - startMs + 1000);
    const cache = createCache({ clock, policies: { price: { ttl: schedule } } });
    expect(schedule).not.toHaveBeenCalled();
    expect(await lifetimeIn(cache, 'price')).toBe(1000);
    clock.advance(500);
    expect(await lifetimeIn(cache, 'price')).toBe(1500);
    expect(schedule.mock.calls).toEqual([[startMs], [startMs + 500]]);
    await cache.close();
  });

  it.each([0, -5, '5 apples', undefined])('is refused at the call where the schedule gives %j', async (given) => {
    const cache = createCache({ policies: { price: { ttl: () => given as number } } });
    const loader = vi.fn();
    const refused = { code: 'ERR_CACHE_OPTION', message: expect.stringContaining('policies.price.ttl must be') };
    await expect(cache.set('a', 1, { policy: 'price' })).rejects.toMatchObject(refused);
    await expect(cache.getOrLoad('a', loader, { policy: 'price' })).rejects.toMatchObject(refused);
    expect(loader).not.toHaveBeenCalled();
    await cache.close();
  });

  it.each(['toString', 'forever', null])('is refused at once where it is %j', (ttl) => {
    expect(() => createCache({ policies: { price: { ttl: ttl as 'short' } } })).toThrow(
      expect.objectContaining({ code: 'ERR_CACHE_OPTION', message: expect.stringContaining('policies.price.ttl') }),
    );
  });
});
