import { describe, expect, it } from 'vitest';
import { readClusterLayout } from './cluster-layout.ts';

/** As Redis 7 writes it; `slots` of a, b and c, and who is asked. */
function nodesOf(asked: string, slots: Readonly<Record<string, string>>, epoch = 1): string {
  const lines = ['a', 'b', 'c'].map((id, index) => {
    const flags = id === asked ? 'myself,master' : 'master';
    return `${id} 127.0.0.1:${7000 + index}@${17_000 + index},host ${flags} - 0 1795282430165 ${epoch} connected ${slots[id] ?? ''}`;
  });
  return `${lines.join('\n')}\nd 127.0.0.1:7009@17009 slave a 0 1795282430165 1 connected\n`;
}

const still = { a: '0-8000', b: '8001-16383' };
const askBoth = (slots: Readonly<Record<string, string>>, epoch?: number) =>
  readClusterLayout([nodesOf('a', slots, epoch), nodesOf('b', slots, epoch)]);

describe('the layout of a Cluster', () => {
  it.each([
    ['is still', still, { isMoving: false, hasUnknownNode: false }],
    ['moves a slot to a known node', { ...still, a: '0-8000 [93->-b]' }, { isMoving: true, hasUnknownNode: false }],
    [
      'takes a slot from a known node',
      { ...still, b: '8001-16383 [93-<-a]' },
      { isMoving: true, hasUnknownNode: false },
    ],
    [
      'moves a slot to a node that was not asked',
      { ...still, a: '0-8000 [93->-c]' },
      { isMoving: true, hasUnknownNode: true },
    ],
    ['has slots at a node that was not asked', { ...still, c: '16383' }, { isMoving: false, hasUnknownNode: true }],
  ])('%s', (_what, slots, expected) => {
    expect(askBoth(slots)).toMatchObject(expected);
  });

  it('is the same as long as no slot has changed its node', () => {
    expect(askBoth(still)?.text).toBe(askBoth(still)?.text);
    expect(readClusterLayout([nodesOf('b', still), nodesOf('a', still)])?.text).toBe(askBoth(still)?.text);
    expect(askBoth({ a: '0-7999', b: '8000-16383' })?.text).not.toBe(askBoth(still)?.text);
    // There and back.
    expect(askBoth(still, 3)?.text).not.toBe(askBoth(still)?.text);
  });

  it.each([
    ['a node that refuses to say', ['', nodesOf('a', still)]],
    ['what says nothing of who was asked', [nodesOf('z', still)]],
  ])('is not known from %s', (_what, replies) => {
    expect(readClusterLayout(replies)).toBeUndefined();
  });
});
