import { createManualClock } from '@breakwater/testkit';
import { describe, expect, it } from 'vitest';
import { describeWindowContract } from '../test/window-contract.ts';
import { createMemoryWindow } from './memory-window.ts';

const MINUTE = { limit: 2, windowMs: 60_000 };

describeWindowContract('memory', () => {
  const clock = createManualClock();
  return { store: createMemoryWindow(100, clock), passTime: clock.advance };
});

describe('the memory window', () => {
  it('holds no more keys than it may: the one not seen for longest is forgotten', () => {
    const window = createMemoryWindow(2, createManualClock());
    window.take('a', MINUTE, 2);
    window.take('b', MINUTE, 2);
    window.take('a', MINUTE, 0);
    window.take('c', MINUTE, 2);
    expect(window.keyCount()).toBe(2);
    expect(window.take('a', MINUTE, 1)).toMatchObject({ allowed: false });
    expect(window.take('b', MINUTE, 1)).toMatchObject({ allowed: true, used: 1 });
  });

  it('lets expired keys go that nobody asks for again', () => {
    const clock = createManualClock();
    const window = createMemoryWindow(1000, clock);
    for (let caller = 0; caller < 500; caller += 1) window.take(`caller ${caller}`, MINUTE, 1);
    expect(window.keyCount()).toBe(500);
    clock.advance(61_000);
    window.take('somebody else', MINUTE, 1);
    expect(window.keyCount()).toBe(1);
  });

  it('forgets everything when cleared', () => {
    const window = createMemoryWindow(10, createManualClock());
    window.take('a', MINUTE, 2);
    window.clear();
    expect(window.keyCount()).toBe(0);
    expect(window.take('a', MINUTE, 1)).toMatchObject({ allowed: true, used: 1 });
  });
});
