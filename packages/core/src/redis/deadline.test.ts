import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDeadline } from './deadline.ts';

describe('a deadline', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  async function pass(ms: number): Promise<void> {
    await vi.advanceTimersByTimeAsync(ms);
    await new Promise(setImmediate);
  }
  const never = () => new Promise<never>(() => {});

  it('rejects what is not settled in time, with a code', async () => {
    const work = createDeadline(100).guard(never());
    const failure = expect(work).rejects.toMatchObject({ code: 'ERR_REDIS_DEADLINE', deadlineMs: 100 });
    await pass(100);
    await failure;
  });

  it('passes a value and an error on as they are', async () => {
    const deadline = createDeadline(100);
    await expect(deadline.guard(Promise.resolve(7))).resolves.toBe(7);
    await expect(deadline.guard(Promise.reject(new Error('WRONGTYPE')))).rejects.toThrow('WRONGTYPE');
  });

  it('tells of what is settled in time, and of nothing that comes behind an expiry', async () => {
    const deadline = createDeadline(100);
    const heard: unknown[] = [];
    const hear = (work: Promise<unknown>) =>
      deadline.hear(
        { sentAt: performance.now() },
        work,
        (_call, value) => heard.push(value),
        (_call, error) => heard.push((error as { code?: string }).code ?? error),
      );
    hear(Promise.resolve('value'));
    hear(Promise.reject('error'));
    hear(new Promise((resolve) => setTimeout(resolve, 150, 'late')));
    hear(new Promise((_resolve, reject) => setTimeout(reject, 150, 'late')));
    await pass(0);
    expect(heard).toEqual(['value', 'error']);
    await pass(100);
    await pass(100);
    expect(heard).toEqual(['value', 'error', 'ERR_REDIS_DEADLINE', 'ERR_REDIS_DEADLINE']);
  });

  it('gives each its own time with one timer for all', async () => {
    const deadline = createDeadline(100);
    const outcomes: string[] = [];
    const note = (name: string) => () => outcomes.push(name);
    deadline.guard(never()).catch(note('first'));
    await pass(60);
    deadline.guard(never()).catch(note('second'));
    expect(vi.getTimerCount()).toBe(1);
    await pass(40);
    expect(outcomes).toEqual(['first']);
    await pass(60);
    expect(outcomes).toEqual(['first', 'second']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps the process from ending while somebody waits, unless something else does', async () => {
    const begin = vi.spyOn(globalThis, 'setTimeout');
    const holds = createDeadline(100);
    const leaves = createDeadline(100, { holdsProcess: false });
    const answered = holds.guard(Promise.resolve());
    leaves.guard(never()).catch(() => undefined);
    const [held, free] = begin.mock.results.map(({ value }) => value as NodeJS.Timeout);
    expect([held?.hasRef(), free?.hasRef()]).toEqual([true, false]);
    await answered;
    expect(held?.hasRef()).toBe(false);
    holds.guard(never()).catch(() => undefined);
    expect(held?.hasRef()).toBe(true);
    begin.mockRestore();
    await pass(100);
  });

  it('expires a waiter on time that came after others had left', async () => {
    const deadline = createDeadline(100);
    await deadline.guard(Promise.resolve());
    await pass(50);
    const late = deadline.guard(never());
    const failure = expect(late).rejects.toMatchObject({ code: 'ERR_REDIS_DEADLINE' });
    await pass(100);
    await failure;
  });

  it('hears an answer that came in time, though the process was too busy to read it until later', async () => {
    let answer: (text: string) => void = () => {};
    const work = createDeadline(100).guard(
      new Promise<string>((resolve) => {
        answer = resolve;
      }),
    );
    vi.advanceTimersByTime(500);
    // The event loop's order: timers, then sockets, then immediates.
    answer('in time');
    await expect(work).resolves.toBe('in time');
    await pass(0);
  });

  it('expires a record that entered by itself, and never one that left', async () => {
    const deadline = createDeadline(100);
    const expired: string[] = [];
    const stays = { since: performance.now(), expire: () => void expired.push('stays') };
    const leaves = { since: performance.now(), expire: () => void expired.push('leaves') };
    deadline.enter(stays);
    deadline.enter(leaves);
    expect(deadline.leave(leaves)).toBe(true);
    expect(deadline.leave(leaves)).toBe(false);
    await pass(100);
    expect(expired).toEqual(['stays']);
  });

  it('expires a waiter on time behind one whose expiry lets another in', async () => {
    const deadline = createDeadline(100);
    const outcomes: string[] = [];
    const enter = (expire: () => void) => deadline.enter({ since: performance.now(), expire });
    enter(() => enter(() => outcomes.push('third')));
    await pass(60);
    enter(() => outcomes.push('second'));
    await pass(40);
    await pass(60);
    expect(outcomes).toEqual(['second']);
    await pass(40);
    expect(outcomes).toEqual(['second', 'third']);
  });

  it('keeps to one timer when an expiry lets another waiter in', async () => {
    const deadline = createDeadline(100);
    const late = { since: 0, expire: vi.fn() };
    deadline.enter({
      since: performance.now(),
      expire: () => deadline.enter(Object.assign(late, { since: performance.now() })),
    });
    await pass(100);
    expect(vi.getTimerCount()).toBe(1);
    await pass(100);
    expect(late.expire).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a process that stands still', () => {
  function standStill(ms: number): void {
    const until = performance.now() + ms;
    while (performance.now() < until);
  }

  it('hears what is answered a moment later, since it could send it only then', async () => {
    const answered = createDeadline(30).guard(
      new Promise<string>((resolve) => {
        // As a write that waits for the end of its tick, and is answered a moment later.
        process.nextTick(() => setTimeout(resolve, 2, 'answered'));
      }),
    );
    standStill(60);
    await expect(answered).resolves.toBe('answered');
  });

  it('waits no longer for what is not answered at all', async () => {
    const work = createDeadline(30).guard(new Promise<never>(() => {}));
    standStill(60);
    await expect(work).rejects.toMatchObject({ code: 'ERR_REDIS_DEADLINE' });
  });
});
