import { createBackgroundWork } from '@breakwater/core';
import { describe, expect, it } from 'vitest';
import { NAMESPACE_TAG } from '../generations/generations.ts';
import type { Invalidations } from '../targets/target.ts';
import { createOutbox } from './outbox.ts';
import { createReplay } from './replay.ts';

function replayThat(send: (due: Invalidations) => Promise<Partial<Invalidations> | undefined>, maxSize?: number) {
  return createReplay({ outbox: createOutbox(maxSize), send, background: createBackgroundWork(() => {}) });
}

const refuse = async (due: Invalidations) => due;
const take = async () => undefined;

describe('what is due', () => {
  it.each<[string, Partial<Invalidations>]>([
    ['its key', { keys: [['', 'k']] }],
    ['one of its tags', { tags: ['x'] }],
    ['a pattern', { patterns: [['', 'k*']] }],
    ['all', { tags: [NAMESPACE_TAG] }],
  ])('by %s concerns an entry until Redis has taken it', async (_by, due) => {
    let send = refuse as Parameters<typeof replayThat>[0];
    const replay = replayThat((invalidations) => send(invalidations));
    const concerns = () => replay.isDueFor('k', ['w', 'x']);
    expect(concerns()).toBe(false);
    replay.later(due);
    expect(concerns()).toBe(true);
    expect(await replay.settle()).toBe(false);
    expect(concerns()).toBe(true);
    send = take;
    const settling = replay.settle();
    expect(concerns()).toBe(true);
    expect(await settling).toBe(true);
    expect(concerns()).toBe(false);
    replay.close();
  });

  it('of other keys, tags and patterns does not concern an entry', () => {
    const replay = replayThat(refuse);
    replay.later({
      keys: [
        ['', 'other'],
        ['space', 'k'],
      ],
      tags: ['y'],
      patterns: [['', 'o*']],
    });
    expect(replay.isDue()).toBe(true);
    expect(replay.isDueFor('k', ['x'])).toBe(false);
    replay.close();
  });

  it('concerns every entry where it is more than can be remembered', () => {
    const replay = replayThat(refuse, 1);
    replay.later({ keys: [['', 'a']] });
    expect(replay.isDueFor('k', [])).toBe(false);
    replay.later({ keys: [['', 'b']] });
    expect(replay.isDueFor('k', [])).toBe(true);
    replay.close();
  });

  it('and has become so since a mark is told from what was due before it', async () => {
    const replay = replayThat(take);
    replay.later({ keys: [['', 'k']] });
    const mark = replay.mark();
    expect(replay.isDueSince(mark, 'k', [])).toBe(false);
    replay.later({ tags: ['x'] });
    expect(replay.isDueSince(mark, 'k', [])).toBe(false);
    expect(replay.isDueSince(mark, 'k', ['x'])).toBe(true);
    // Also when it was sent meanwhile: it came behind what was under way at the mark.
    await replay.settle();
    expect(replay.isDueSince(mark, 'k', ['x'])).toBe(true);
    replay.close();
  });

  it('meanwhile is sent by the next settling, and concerns its entries until then', async () => {
    const sent: Invalidations[] = [];
    const replay = replayThat(async (due) => {
      sent.push(due);
      if (sent.length === 1) replay.later({ keys: [['', 'k']] });
      return undefined;
    });
    replay.later({ tags: ['x'] });
    expect(await replay.settle()).toBe(false);
    expect(replay.isDueFor('k', [])).toBe(true);
    expect(await replay.settle()).toBe(true);
    expect(replay.isDueFor('k', [])).toBe(false);
    expect(sent.map(({ keys, tags }) => [...keys, ...tags])).toEqual([['x'], [['', 'k']]]);
    replay.close();
  });
});
