import { describe, expect, it } from 'vitest';
import { createEmitter } from './emitter.ts';

interface Events {
  'lane:lost': { lane: number };
}

describe('an emitter', () => {
  it('calls every listener until it is taken back', () => {
    const emitter = createEmitter<Events>();
    const seen: number[] = [];
    const stop = emitter.on('lane:lost', ({ lane }) => seen.push(lane));
    emitter.emit('lane:lost', { lane: 1 });
    stop();
    emitter.emit('lane:lost', { lane: 2 });
    expect(seen).toEqual([1]);
  });

  it('goes on to the other listeners when one throws, and hands the error to the process, not to the emitter', async () => {
    const emitter = createEmitter<Events>();
    const uncaught: unknown[] = [];
    const original = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.once('uncaughtException', (error) => uncaught.push(error));
    let reached = false;
    emitter.on('lane:lost', () => {
      throw new Error('listener');
    });
    emitter.on('lane:lost', () => {
      reached = true;
    });
    emitter.emit('lane:lost', { lane: 1 });
    await new Promise((resolve) => setImmediate(resolve));
    for (const listener of original) process.on('uncaughtException', listener);
    expect(reached).toBe(true);
    expect(uncaught).toMatchObject([{ message: 'listener' }]);
  });
});
