import { createManualClock } from '@breakwater/testkit';
import { describe, expect, it } from 'vitest';
import { createFence } from '../generations/fence.ts';
import { createLoadFailures } from './load-failures.ts';

describe('failures of loads', () => {
  it('are remembered of so many keys at most', () => {
    const clock = createManualClock(1000);
    const failures = createLoadFailures({ clock, loads: createFence(), maxIds: 2 });
    for (const id of ['a', 'b', 'c']) failures.record(id, new Error(id), 1000);
    expect(['a', 'b', 'c'].map((id) => failures.recent(id, []) !== undefined)).toEqual([false, true, true]);
  });

  it('keep nobody from loading where the clock was set back', () => {
    const clock = createManualClock(1000);
    const failures = createLoadFailures({ clock, loads: createFence() });
    failures.record('a', new Error('a'), 1000);
    clock.advance(-1);
    expect(failures.recent('a', [])).toBeUndefined();
  });
});
