import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type BoundedMap, type Budget, createBoundedMap, createBudget, type HoldTerms } from './bounded-map.ts';

const at = (nowMs: number) => ({ now: () => nowMs });

function setUp({ maxEntries = 100, maxBytes = 1000 } = {}) {
  const removed: string[] = [];
  const map = createBoundedMap<string>({ maxEntries, maxBytes, onRemoved: (value) => removed.push(value) });
  const set = (id: string, { bytes = 1, untilMs = 1000, budget }: Partial<Parameters<typeof map.set>[2]> = {}) =>
    map.set(id, `value of ${id}`, { bytes, untilMs, budget });
  return { map, removed, set };
}

describe('a bounded map', () => {
  it('has a value until its time, and not at it', () => {
    const { map, removed, set } = setUp();
    set('a', { untilMs: 500 });
    expect(map.get('a', at(499))).toBe('value of a');
    expect(map.get('a', at(500))).toBeUndefined();
    expect(removed).toEqual(['value of a']);
    expect(map.stats().entries).toBe(0);
  });

  it('keeps what was read before what was not, and a peek is no reading', () => {
    const { map, set } = setUp({ maxEntries: 3 });
    for (const id of ['a', 'b', 'c']) set(id);
    map.get('a', at(0));
    map.peek('b');
    set('d');
    expect([...map.ids()]).toEqual(['a', 'c', 'd']);
    expect(map.stats().evictions).toBe(1);
  });

  it('keeps what is read again through a scan of what is read once', () => {
    const { map, set } = setUp({ maxEntries: 10 });
    for (const id of ['a', 'b', 'c']) set(id);
    for (let index = 0; index < 100; index += 1) {
      for (const id of ['a', 'b', 'c']) map.get(id, at(0));
      set(`once ${index}`);
    }
    expect([...map.ids()]).toEqual(expect.arrayContaining(['a', 'b', 'c']));
  });

  it('does not keep what is larger than a bound, nor what it took the place of', () => {
    const { map, set } = setUp({ maxBytes: 10 });
    const budget = createBudget(5);
    set('a');
    set('a', { bytes: 11 });
    set('b', { bytes: 6, budget });
    expect(map.stats().entries).toBe(0);
    expect(map.stats().evictions).toBe(0);
    expect([map.fits(10, undefined), map.fits(11, undefined)]).toEqual([true, false]);
    expect([map.fits(5, budget), map.fits(6, budget)]).toEqual([true, false]);
  });

  it('makes room within a budget from what the budget holds', () => {
    const { map, set } = setUp();
    const budget = createBudget(10);
    set('free');
    for (const id of ['a', 'b', 'c']) set(id, { bytes: 4, budget });
    expect([...map.ids()]).toEqual(['free', 'b', 'c']);
    map.delete('b');
    set('d', { bytes: 6, budget });
    expect([...map.ids()]).toEqual(['free', 'c', 'd']);
    expect(budget.bytes).toBe(10);
  });

  it('has no id of what has left, and has it again where it comes back', () => {
    const { map, removed, set } = setUp();
    for (const id of ['a', 'b', 'c']) set(id);
    map.get('a', at(0));
    map.delete('a');
    map.get('b', at(1000));
    expect([...map.ids()]).toEqual(['c']);
    expect([map.stats().entries, map.get('a', at(0)), map.peek('b'), map.delete('a'), map.usedIds()]).toEqual([
      1,
      undefined,
      undefined,
      undefined,
      [],
    ]);
    set('a');
    expect([map.stats().entries, map.get('a', at(0)), map.usedIds()]).toEqual([2, 'value of a', ['a']]);
    expect(removed).toEqual(['value of a', 'value of b']);
  });

  describe('deletes from its Map, which keeps what is deleted among what is looked for,', () => {
    afterEach(() => void vi.restoreAllMocks());

    it('no id that leaves and comes back', () => {
      const { map, set } = setUp({ maxEntries: 640 });
      const deleted = vi.spyOn(Map.prototype, 'delete');
      for (let times = 0; times < 100; times += 1) {
        set('overwritten');
        set('deleted');
        map.delete('deleted');
        set('expired', { untilMs: 1 });
        map.get('expired', at(1));
      }
      expect(deleted).not.toHaveBeenCalled();
    });

    it('the ids of all that left, but for the last few', () => {
      const { map, set } = setUp({ maxEntries: 640 });
      const deleted = vi.spyOn(Map.prototype, 'delete');
      for (let index = 0; index < 500; index += 1) set(`${index}`);
      map.clear();
      expect(deleted.mock.calls.map(([id]) => id)).toEqual(Array.from({ length: 490 }, (_, index) => `${index}`));
    });
  });

  describe('whatever is done to it', () => {
    interface Subject {
      readonly map: BoundedMap<object>;
      readonly budget: Budget;
      readonly held: Map<object, HoldTerms>;
    }
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    type Step = (subject: Subject) => void;
    const step: fc.Arbitrary<Step> = fc.oneof(
      id.map(
        (read): Step =>
          ({ map }) =>
            void map.get(read, at(0)),
      ),
      id.map(
        (left): Step =>
          ({ map }) =>
            void map.delete(left),
      ),
      fc.constant<Step>(({ map }) => map.clear()),
      fc.tuple(id, fc.integer({ min: 1, max: 40 }), fc.boolean()).map(
        ([written, bytes, isOwn]): Step =>
          (subject) => {
            const value = {};
            const terms = { bytes, untilMs: 1, budget: isOwn ? subject.budget : undefined };
            subject.map.set(written, value, terms);
            if (subject.map.peek(written) === value) subject.held.set(value, terms);
          },
      ),
    );
    const bytesOf = (all: readonly HoldTerms[]) => all.reduce((sum, { bytes }) => sum + bytes, 0);

    it('stays within its bounds, and tells of each value that left', () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
          const held = new Map<object, HoldTerms>();
          const map = createBoundedMap<object>({
            maxEntries: 4,
            maxBytes: 50,
            onRemoved: (value) => expect(held.delete(value)).toBe(true),
          });
          const budget = createBudget(30);
          for (const take of steps) {
            take({ map, budget, held });
            const all = [...held.values()];
            expect([map.stats().entries, map.stats().bytes]).toEqual([all.length, bytesOf(all)]);
            expect(budget.bytes).toBe(bytesOf(all.filter((terms) => terms.budget)));
            expect(map.stats().entries <= 4 && map.stats().bytes <= 50 && budget.bytes <= 30).toBe(true);
          }
        }),
      );
    });
  });
});
