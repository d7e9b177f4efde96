import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFence } from './fence.ts';

describe('a fence', () => {
  it('is raised for what was marked before, and not for what is marked after', () => {
    const fence = createFence();
    const before = fence.mark();
    fence.raise('a');
    expect(fence.isRaised('a', before)).toBe(true);
    expect(fence.isRaised('b', before)).toBe(false);
    expect(fence.isRaised('a', fence.mark())).toBe(false);
  });

  it('is raised for all ids that match', () => {
    const fence = createFence();
    const before = fence.mark();
    fence.raiseMatching((id) => id.startsWith('user:'));
    expect(fence.isRaised('user:1', before)).toBe(true);
    expect(fence.isRaised('price', before)).toBe(false);
  });

  it('refuses everything from before what it has forgotten', () => {
    const fence = createFence(2);
    const before = fence.mark();
    for (const id of ['a', 'b', 'c']) fence.raise(id);
    const after = fence.mark();
    expect(fence.isRaised('never raised', before)).toBe(true);
    expect(fence.isRaised('never raised', after)).toBe(false);
    for (let pattern = 0; pattern < 101; pattern += 1) fence.raiseMatching(() => false);
    expect(fence.isRaised('never raised', after)).toBe(true);
  });

  it('never lets through what a full log of raises would refuse', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd');
    const step = fc.oneof(
      id.map((raised) => ({ raise: (one: string) => one === raised, id: raised })),
      fc.constantFrom('a', 'b').map((prefix) => ({ raise: (one: string) => one >= prefix, id: undefined })),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), fc.nat(20), id, (steps, markAfter, asked) => {
        const fence = createFence(2);
        let mark = fence.mark();
        let expected = false;
        for (const [index, { raise, id: raised }] of steps.entries()) {
          if (index === markAfter) {
            mark = fence.mark();
            expected = false;
          }
          if (raised === undefined) fence.raiseMatching(raise);
          else fence.raise(raised);
          expected ||= raise(asked);
        }
        if (expected) expect(fence.isRaised(asked, mark)).toBe(true);
      }),
    );
  });
});
