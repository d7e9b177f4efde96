import type { RedisPort } from '@breakwater/core/redis';
import { describe, expect, it, vi } from 'vitest';
import { defineKeys } from '../src/index.ts';
import { useCache } from './use-cache.ts';

interface TradeEvents {
  'trade.executed': { readonly pair: string };
  'model.retrained': { readonly model: string };
}

/** Reasons, audit, dependencies and event rules, whatever the tiers. */
export function describeInvalidation(name: string, connect: () => RedisPort | null): void {
  describe(`an invalidation on ${name}`, () => {
    const { cache, clock, openHearing } = useCache(connect, {});

    it('reports tags that nothing carries, and not those that something does', async () => {
      await cache().set('a', 1, { tags: ['x'] });
      expect(await cache().invalidate({ tag: ['x', 'misspelt'] })).toMatchObject({
        memoryEntries: 1,
        tags: ['x', 'misspelt'],
        unknownTags: ['misspelt'],
        isComplete: true,
      });
      expect(await cache().expire({ tag: 'x' })).toMatchObject({ memoryEntries: 0, unknownTags: ['x'] });
      expect(await cache().invalidate({ key: 'b' })).toMatchObject({ tags: [], unknownTags: [] });
      expect(await cache().invalidate({ all: true })).toMatchObject({ tags: [], unknownTags: [] });
    });

    it('ends everything of one entity, whatever its type, and says how much that was', async () => {
      const keys = defineKeys({
        price: 'stock_price:{ticker}:latest',
        financials: 'financial_data:{ticker}:{period}:{quarter}',
        analysis: 'ai_analysis:{ticker}:{horizon}',
      });
      const fill = async (ticker: string) => {
        const options = { tags: [`ticker:${ticker}`] };
        await cache().set(keys.price({ ticker }), 1, options);
        await cache().set(keys.financials({ ticker, period: 'quarterly', quarter: 'Q3' }), 2, options);
        await cache().getOrLoad(keys.analysis({ ticker, horizon: 'short_term' }), () => 3, options);
      };
      const isShared = cache().stats().redis.state === 'up';
      await Promise.all(['7203', '6758'].map(fill));
      const { memory, redis } = await cache().dryRun({ tag: 'ticker:7203' }, { budget: '20s' });
      expect([memory.entries, redis.entries]).toEqual([3, isShared ? 3 : 0]);
      expect(await cache().invalidate({ tag: 'ticker:7203' })).toMatchObject({ memoryEntries: 3, redisKeys: 0 });
      await fill('7203');
      expect(await cache().invalidate({ pattern: '*:7203:*' })).toMatchObject({
        memoryEntries: 3,
        redisKeys: isShared ? 3 : 0,
      });
      const left = (await cache().keys('*', { limit: 10_000 })).keys.map((key) => key.split(':')[1]);
      expect(left).toEqual(['6758', '6758', '6758']);
    });

    it('is counted by what named its entries, and by why', async () => {
      await cache().invalidate({ key: 'a' });
      await cache().expire({ tag: 'x' }, { reason: 'dataChanged' });
      await cache().invalidate({ pattern: 'a*' });
      await cache().clear({ reason: 'errorThreshold' });
      await cache().rules<TradeEvents>().emit('model.retrained', { model: 'forest' });
      const { invalidations, reasons } = cache().stats();
      expect(invalidations).toEqual({ key: 1, tag: 1, pattern: 1, all: 1, subject: 0, event: 0 });
      expect(reasons).toEqual({ manual: 1, dataChanged: 1, errorThreshold: 1, pattern: 1 });
    });

    it('is none of the entries that leave by themselves, which are counted too', async () => {
      const small = await openHearing({ memory: { maxEntries: 2 } });
      await small.set('gone', 1, { ttl: '1s' });
      clock().advance(1000);
      expect(small.peek('gone')).toBeUndefined();
      for (const key of ['a', 'b', 'c']) await small.set(key, 1);
      expect(small.stats().memory).toMatchObject({ expiries: 1, evictions: 1 });
    });

    it('is remembered by the audit, the newest first, without the names of keys', async () => {
      await cache().set('user:ada', 1, { tags: ['users'] });
      await cache().invalidate({ key: ['user:ada', 'user:bob'] });
      clock().advance(1000);
      await cache().expire({ tag: 'users' }, { reason: 'dataChanged' });
      await cache().invalidate({ pattern: 'user:*' });
      const audit = cache().audit();
      expect(audit).toMatchObject([
        { by: 'pattern', patterns: ['user:*'], keys: 0, tags: [], effect: 'invalidate', reason: 'pattern' },
        { by: 'tag', tags: ['users'], effect: 'expire', reason: 'dataChanged', atMs: clock().now() },
        { by: 'key', keys: 2, memoryEntries: 1, reason: 'manual', remote: false, atMs: clock().now() - 1000 },
      ]);
      expect(JSON.stringify(audit)).not.toMatch(/ada|bob/);
      for (const { durationMs, shared } of audit) {
        expect(durationMs).toBeGreaterThanOrEqual(0);
        expect(shared).toBe(cache().stats().redis.state === 'up');
      }
    });

    it.each([
      [0, []],
      [1, ['t6']],
      [3, ['t6', 't5', 't4']],
    ])('leaves an audit of size %s when that is full', async (auditSize, tags) => {
      const small = await openHearing({ invalidation: { auditSize }, namespace: `audit-${Math.random()}` });
      for (let one = 0; one < 7; one += 1) await small.invalidate({ tag: `t${one}` });
      expect(small.audit().map((record) => record.tags[0])).toEqual(tags);
    });

    it('has at most twenty of its tags in the audit', async () => {
      await cache().invalidate({ tag: Array.from({ length: 30 }, (_, index) => `t${index}`) });
      expect(cache().audit()[0]?.tags).toHaveLength(20);
    });

    it.each([
      ['a reason that is none', { reason: 'because' }],
      ['a negative budget', { budget: -1 }],
      ['an unknown option', { soft: true }],
    ])('with %s is refused', async (_what, options) => {
      await expect(cache().invalidate({ key: 'a' }, options as never)).rejects.toMatchObject({
        code: 'ERR_CACHE_OPTION',
      });
    });
  });

  describe(`a dependency on ${name}`, () => {
    const { cache, openHearing } = useCache(connect, {});
    const dependencies = {
      user_profile: ['personalized_content', 'recommendations'],
      recommendations: ['front_page'],
      front_page: ['user_profile'],
    };

    it('takes what depends on a tag along, however far, in a circle too', async () => {
      const site = await openHearing({ invalidation: { dependencies } });
      const tags = ['user_profile', 'personalized_content', 'recommendations', 'front_page', 'content'];
      for (const tag of tags) await site.set(tag, 1, { tags: [tag] });
      const report = await site.invalidate({ tag: 'user_profile' });
      expect(report).toMatchObject({ memoryEntries: 4, unknownTags: [] });
      expect(report.tags.toSorted()).toEqual(tags.slice(0, 4).toSorted());
      expect([...(await site.getMany(tags)).keys()]).toEqual(['content']);
      expect(site.audit()[0]?.tags).toEqual(report.tags);
    });

    it('goes one way only, and is none of a cache that declares none', async () => {
      const site = await openHearing({ invalidation: { dependencies: { source: ['dependent'] } } });
      await site.set('a', 1, { tags: ['source'] });
      expect(await site.invalidate({ tag: 'dependent' })).toMatchObject({ tags: ['dependent'] });
      expect(await site.get('a')).toBe(1);
      expect(await cache().invalidate({ tag: 'source' })).toMatchObject({ tags: ['source'] });
    });

    it('expires with its source, and with what an event names', async () => {
      const site = await openHearing({ invalidation: { dependencies }, policies: { sie: { staleIfError: '1h' } } });
      await site.set('a', 'old', { policy: 'sie', tags: ['front_page'] });
      await site.expire({ tag: 'user_profile' });
      expect(await site.get('a')).toBeUndefined();
      expect(await site.getOrLoad('a', () => Promise.reject(new Error('no page')), { policy: 'sie' })).toBe('old');
      const rules = site.rules<TradeEvents>();
      rules.on('trade.executed', () => 'user_profile');
      expect((await rules.emit('trade.executed', { pair: 'BTC' })).tags).toContain('front_page');
    });
  });

  describe(`an event on ${name}`, () => {
    const { cache } = useCache(connect, { sie: { staleIfError: '1h' } });

    it('ends what all its rules name, before emit resolves, and says what it touched', async () => {
      await cache().set('price', 1, { tags: ['price:BTC'] });
      await cache().set('book', 1, { tags: ['book:BTC'] });
      await cache().set('other', 1, { tags: ['price:ETH'] });
      const rules = cache().rules<TradeEvents>();
      rules.on('trade.executed', ({ pair }) => [`price:${pair}`, `trades:${pair}`]);
      rules.on('trade.executed', async ({ pair }) => `book:${pair}`);
      rules.on('model.retrained', ({ model }) => `model:${model}`);
      expect(await rules.emit('trade.executed', { pair: 'BTC' })).toMatchObject({
        rules: 2,
        memoryEntries: 2,
        tags: ['price:BTC', 'trades:BTC', 'book:BTC'],
        unknownTags: ['trades:BTC'],
      });
      expect([...(await cache().getMany(['price', 'book', 'other'])).keys()]).toEqual(['other']);
      expect(cache().audit()).toMatchObject([{ by: 'event', event: 'trade.executed', reason: 'dataChanged' }]);
      expect(cache().stats().invalidations.event).toBe(1);
    });

    it('ends keys and patterns, and expires what a rule says so of', async () => {
      for (const key of ['a', 'b:1', 'c']) await cache().set(key, 'old', { policy: 'sie', tags: [`tag:${key}`] });
      const rules = cache().rules<TradeEvents>();
      rules.on('trade.executed', () => ({ keys: ['a'], patterns: ['b:*'] }));
      rules.on('trade.executed', () => ({ tags: ['tag:c'], effect: 'expire' }));
      expect(await rules.emit('trade.executed', { pair: 'BTC' })).toMatchObject({ memoryEntries: 3, tags: ['tag:c'] });
      const loaded = ['a', 'b:1', 'c'].map((key) =>
        cache().getOrLoad(key, () => Promise.reject(new Error('none')), { policy: 'sie' }),
      );
      const results = await Promise.allSettled(loaded);
      expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    });

    it('touches nothing where nobody listens, or no longer', async () => {
      await cache().set('a', 1, { tags: ['x'] });
      const rules = cache().rules<TradeEvents>();
      const off = rules.on('trade.executed', () => 'x');
      off();
      expect(await rules.emit('trade.executed', { pair: 'BTC' })).toMatchObject({ rules: 0, tags: [] });
      expect(await cache().get('a')).toBe(1);
      expect(cache().audit()).toEqual([]);
    });

    it('ends what the other rules name where one fails, and throws what it threw', async () => {
      await cache().set('a', 1, { tags: ['x'] });
      const rules = cache().rules<TradeEvents>();
      const failing = vi.fn(() => {
        throw new Error('no such pair');
      });
      const off = rules.on('trade.executed', failing);
      rules.on('trade.executed', () => ['x']);
      await expect(rules.emit('trade.executed', { pair: 'BTC' })).rejects.toThrow('no such pair');
      expect(await cache().get('a')).toBeUndefined();
      rules.on('trade.executed', () => ['']);
      await expect(rules.emit('trade.executed', { pair: 'BTC' })).rejects.toThrow(AggregateError);
      off();
      await expect(rules.emit('trade.executed', { pair: 'BTC' })).rejects.toMatchObject({ code: 'ERR_CACHE_TAG' });
      rules.on('model.retrained', () => ({ tag: 'x' }) as never);
      await expect(rules.emit('model.retrained', { model: 'a' })).rejects.toMatchObject({ code: 'ERR_CACHE_OPTION' });
    });
  });
}
