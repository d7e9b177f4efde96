import { describe, expect, it } from 'vitest';
import { createBackgroundWork } from './background-work.ts';

describe('background work', () => {
  it('reports a failure with its reason instead of rejecting anywhere', async () => {
    const failures: unknown[] = [];
    const work = createBackgroundWork((reason, error) => failures.push([reason, (error as Error).message]));
    work.run('refresh', () => Promise.reject(new Error('gone')));
    work.run('announce', () => {
      throw new Error('synchronously');
    });
    await work.drain();
    expect(failures).toEqual([
      ['announce', 'synchronously'],
      ['refresh', 'gone'],
    ]);
  });

  it('drains what the work itself started as well', async () => {
    const work = createBackgroundWork(() => {});
    const done: string[] = [];
    work.run('first', async () => {
      await new Promise((resolve) => setImmediate(resolve));
      work.run('second', async () => {
        await new Promise((resolve) => setImmediate(resolve));
        done.push('second');
      });
      done.push('first');
    });
    await work.drain();
    expect(done).toEqual(['first', 'second']);
  });
});
