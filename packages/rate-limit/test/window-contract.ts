import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WindowRule } from '../src/sliding-window.ts';
import type { WindowStore } from '../src/window-store.ts';

/** A store whose time passes when told. Real time may pass besides, so times are asserted to the minute. */
export interface WindowUnderTest {
  readonly store: WindowStore;
  passTime(ms: number): void | Promise<void>;
  close?(): Promise<void>;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What every window store promises, memory and Redis alike. */
export function describeWindowContract(name: string, setUp: () => WindowUnderTest | Promise<WindowUnderTest>): void {
  describe(`${name} as a window store`, () => {
    let window: WindowUnderTest;
    beforeEach(async () => {
      window = await setUp();
    });
    afterEach(async () => {
      await window.close?.();
    });

    const rule: WindowRule = { limit: 3, windowMs: HOUR };
    const take = async (overrides: { key?: string; cost?: number } & Partial<WindowRule> = {}) => {
      const { key = 'bw:1:test:window:{alice}', cost = 1, ...changes } = overrides;
      return window.store.take(key, { ...rule, ...changes }, cost);
    };

    it('admits up to the limit and denies the next', async () => {
      const verdicts = [await take(), await take(), await take(), await take()];
      expect(verdicts.map(({ allowed, used }) => [allowed, used])).toEqual([
        [true, 1],
        [true, 2],
        [true, 3],
        [false, 3],
      ]);
    });

    it('counts each key by itself', async () => {
      await take({ cost: 3 });
      expect(await take({ key: 'bw:1:test:window:{bob}' })).toMatchObject({ allowed: true, used: 1 });
    });

    it('says when the next slot frees: when the oldest hit leaves', async () => {
      await take();
      await window.passTime(20 * MINUTE);
      expectAbout((await take()).freesInMs, 40 * MINUTE);
      await take();
      expectAbout((await take()).freesInMs, 40 * MINUTE);
    });

    it('admits again at the time it named, and not before', async () => {
      await take();
      await window.passTime(10 * MINUTE);
      await take({ cost: 2 });
      const { freesInMs } = await take();
      await window.passTime(freesInMs - 5 * MINUTE);
      expect(await take()).toMatchObject({ allowed: false });
      await window.passTime(5 * MINUTE);
      expect(await take()).toMatchObject({ allowed: true, used: 3 });
      expect(await take()).toMatchObject({ allowed: false });
    });

    it('frees one slot for each hit that leaves, however late the caller comes', async () => {
      await take();
      await window.passTime(20 * MINUTE);
      await take({ cost: 2 });
      await window.passTime(50 * MINUTE);
      expect(await take({ cost: 0 })).toMatchObject({ allowed: true, used: 2 });
      await window.passTime(HOUR);
      expect(await take({ cost: 0 })).toMatchObject({ allowed: true, used: 0, freesInMs: 0 });
    });

    it('denies a second burst across a minute boundary, which a fixed window would admit', async () => {
      const perMinute = { limit: 60, windowMs: MINUTE };
      // 60 hits at :59, 60 more two seconds later at :01 of the next minute.
      expect(await take({ ...perMinute, cost: 60 })).toMatchObject({ allowed: true });
      await window.passTime(2000);
      const second = [];
      for (let hit = 0; hit < 60; hit += 1) second.push((await take(perMinute)).allowed);
      expect(second).toEqual(new Array(60).fill(false));
    });

    it('does not count what it denied', async () => {
      await take({ cost: 3 });
      await window.passTime(30 * MINUTE);
      for (let attempt = 0; attempt < 5; attempt += 1) await take();
      await window.passTime(30 * MINUTE);
      expect(await take({ cost: 3 })).toMatchObject({ allowed: true, used: 3 });
    });

    it('takes several hits all or none, and says when there is room for all of them', async () => {
      await take();
      await window.passTime(10 * MINUTE);
      await take();
      const verdict = await take({ cost: 3 });
      expect(verdict).toMatchObject({ allowed: false, used: 2 });
      expectAbout(verdict.freesInMs, HOUR);
      expectAbout((await take({ cost: 2 })).freesInMs, 50 * MINUTE);
    });

    it('looks without counting, and answers as the next hit would be answered', async () => {
      expect(await take({ cost: 0 })).toMatchObject({ allowed: true, used: 0 });
      await take({ cost: 3 });
      const look = await take({ cost: 0 });
      expect(look).toMatchObject({ allowed: false, used: 3 });
      expectAbout(look.freesInMs, HOUR);
    });

    it('follows a lowered limit at once, and names the hit that must leave for it', async () => {
      await take({ limit: 5 });
      await window.passTime(20 * MINUTE);
      await take({ limit: 5, cost: 4 });
      const verdict = await take({ limit: 4 });
      expect(verdict).toMatchObject({ allowed: false, used: 5 });
      expectAbout(verdict.freesInMs, HOUR);
    });

    it('follows a raised limit at once', async () => {
      await take({ cost: 3 });
      expect(await take({ limit: 4 })).toMatchObject({ allowed: true, used: 4 });
    });

    it('forgets a key', async () => {
      await take({ cost: 3 });
      expect(await window.store.forget('bw:1:test:window:{alice}')).toBe(true);
      expect(await window.store.forget('bw:1:test:window:{alice}')).toBe(false);
      expect(await take()).toMatchObject({ allowed: true, used: 1 });
    });
  });
}

function expectAbout(actualMs: number, expectedMs: number): void {
  expect(actualMs).toBeGreaterThan(expectedMs - 5 * MINUTE);
  expect(actualMs).toBeLessThanOrEqual(expectedMs);
}
