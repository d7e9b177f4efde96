import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDeadline } from './deadline.ts';

describe('a deadline', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const never = () => new Promise<never>(() => {});

  it('rejects what is not settled in time, with a code', async () => {
    const work = createDeadline(100).guard(never());
    const failure = expect(work).rejects.toMatchObject({ code: 'ERR_REDIS_DEADLINE', deadlineMs: 100 });
    await vi.advanceTimersByTimeAsync(100);
    await failure;
  });

  it('passes a value and an error on as they are', async () => {
    const deadline = createDeadline(100);
    await expect(deadline.guard(Promise.resolve(7))).resolves.toBe(7);
    await expect(deadline.guard(Promise.reject(new Error('WRONGTYPE')))).rejects.toThrow('WRONGTYPE');
  });

  it('gives each its own time with one timer for all', async () => {
    const deadline = createDeadline(100);
    const outcomes: string[] = [];
    const note = (name: string) => () => outcomes.push(name);
    deadline.guard(never()).catch(note('first'));
    await vi.advanceTimersByTimeAsync(60);
    deadline.guard(never()).catch(note('second'));
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(40);
    expect(outcomes).toEqual(['first']);
    await vi.advanceTimersByTimeAsync(60);
    expect(outcomes).toEqual(['first', 'second']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('expires a waiter on time that came after others had left', async () => {
    const deadline = createDeadline(100);
    await deadline.guard(Promise.resolve());
    await vi.advanceTimersByTimeAsync(50);
    const late = deadline.guard(never());
    const failure = expect(late).rejects.toMatchObject({ code: 'ERR_REDIS_DEADLINE' });
    await vi.advanceTimersByTimeAsync(100);
    await failure;
  });

  it('expires a record that entered by itself, and never one that left', async () => {
    const deadline = createDeadline(100);
    const expired: string[] = [];
    const stays = { since: performance.now(), expire: () => void expired.push('stays') };
    const leaves = { since: performance.now(), expire: () => void expired.push('leaves') };
    deadline.enter(stays);
    deadline.enter(leaves);
    deadline.leave(leaves);
    await vi.advanceTimersByTimeAsync(100);
    expect(expired).toEqual(['stays']);
  });

  it('keeps to one timer when an expiry lets another waiter in', async () => {
    const deadline = createDeadline(100);
    const late = { since: 0, expire: vi.fn() };
    deadline.enter({
      since: performance.now(),
      expire: () => deadline.enter(Object.assign(late, { since: performance.now() })),
    });
    await vi.advanceTimersByTimeAsync(100);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(100);
    expect(late.expire).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });
});
