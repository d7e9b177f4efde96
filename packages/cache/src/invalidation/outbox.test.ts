import { describe, expect, it } from 'vitest';
import { NAMESPACE_TAG } from '../generations/generations.ts';
import { subjectTagOf } from '../generations/subject-tag.ts';
import { createOutbox } from './outbox.ts';

describe('the outbox', () => {
  it('keeps each invalidation once, and is empty when taken', () => {
    const outbox = createOutbox();
    outbox.add({ keys: [['', 'a']], tags: ['x'] });
    outbox.add({
      keys: [
        ['', 'a'],
        ['http', 'a'],
      ],
      patterns: [['', 'a*']],
    });
    expect(outbox.size()).toBe(4);
    expect(outbox.take()).toEqual({
      keys: [
        ['', 'a'],
        ['http', 'a'],
      ],
      tags: ['x'],
      patterns: [['', 'a*']],
    });
    expect(outbox.size()).toBe(0);
  });

  it('becomes one clear of the namespace when it is full', () => {
    const outbox = createOutbox(2);
    for (const key of ['a', 'b', 'c', 'd']) outbox.add({ keys: [['', key]], tags: [key] });
    expect(outbox.take()).toEqual({ keys: [], tags: [NAMESPACE_TAG], patterns: [] });
    outbox.add({ tags: ['x'] });
    expect(outbox.take()).toEqual({ keys: [], tags: ['x'], patterns: [] });
  });

  it('keeps the subjects to be forgotten even then', () => {
    const outbox = createOutbox(2);
    const subjects = ['ada', 'bob', 'eve'].map(subjectTagOf);
    outbox.add({ tags: subjects.slice(0, 2) });
    for (const key of ['a', 'b', 'c']) outbox.add({ keys: [['', key]] });
    outbox.add({ tags: subjects.slice(2) });
    expect(outbox.size()).toBe(4);
    expect(outbox.take()).toEqual({ keys: [], tags: [NAMESPACE_TAG, ...subjects], patterns: [] });
    expect(outbox.size()).toBe(0);
  });
});
