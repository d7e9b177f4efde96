import { describe, expect, it } from 'vitest';
import { createKeyedQueue } from './keyed-queue.ts';

describe('a keyed queue', () => {
  function recorder() {
    const queue = createKeyedQueue();
    const order: string[] = [];
    const run = (name: string, ...ids: string[]) => {
      let finish = () => {};
      const finished = new Promise<void>((resolve) => {
        finish = resolve;
      });
      const ended = queue.run(ids, async () => {
        order.push(`${name} began`);
        await finished;
        order.push(`${name} ended`);
      });
      return { finish, ended };
    };
    return { order, run, queue };
  }

  it('runs work on one id in the order of the calls, and work on others at once', async () => {
    const { order, run } = recorder();
    const first = run('first', 'a');
    const second = run('second', 'a');
    const other = run('other', 'b');
    second.finish();
    other.finish();
    await other.ended;
    expect(order).toEqual(['first began', 'other began', 'other ended']);
    first.finish();
    await second.ended;
    expect(order.slice(3)).toEqual(['first ended', 'second began', 'second ended']);
  });

  it('has work on several ids wait for the earlier work on any of them, and later work on all of them for it', async () => {
    const { order, run } = recorder();
    const a = run('a', 'a');
    const both = run('both', 'a', 'b');
    const b = run('b', 'b');
    for (const { finish } of [b, both]) finish();
    await new Promise((resolve) => setImmediate(resolve));
    expect(order).toEqual(['a began']);
    a.finish();
    await b.ended;
    expect(order.filter((step) => step.endsWith('began'))).toEqual(['a began', 'both began', 'b began']);
  });

  it('goes on after work that failed, whose error is its caller’s alone', async () => {
    const { queue } = recorder();
    const failing = queue.run(['a'], () => Promise.reject(new Error('no')));
    const next = queue.run(['a'], async () => 'next');
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('next');
  });
});
