import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDependencies } from './dependencies.ts';

describe('the dependents of a tag', () => {
  it.each([
    ['are none where none are declared', {}, ['a'], ['a']],
    ['come behind it', { a: ['b', 'c'] }, ['a'], ['a', 'b', 'c']],
    ['come along from wherever they hang', { a: ['b'], b: ['c'], c: ['d'] }, ['a', 'x'], ['a', 'x', 'b', 'c', 'd']],
    ['are not those it depends on', { a: ['b'] }, ['b'], ['b']],
    ['come once, by however many ways', { a: ['b', 'c'], b: ['d'], c: ['d'] }, ['a'], ['a', 'b', 'c', 'd']],
    ['may go in a circle', { a: ['b'], b: ['c'], c: ['a'] }, ['b'], ['b', 'c', 'a']],
    ['may be itself', { a: ['a'] }, ['a'], ['a']],
    ['are its own only, whatever it is named', { a: ['constructor'] }, ['a'], ['a', 'constructor']],
  ])('%s', (_what, graph: Record<string, string[]>, tags, all) => {
    const found = createDependencies(graph).withDependents(tags);
    expect(found.slice(0, tags.length)).toEqual(tags);
    expect(found.toSorted()).toEqual(all.toSorted());
  });

  it('are the tags that a walk along the arrows comes to, whatever the graph', () => {
    const tag = fc.constantFrom(...'abcdefgh');
    fc.assert(
      fc.property(fc.dictionary(tag, fc.array(tag)), tag, (graph, start) => {
        let reached = new Set([start]);
        for (let step = 0; step < 8; step += 1) {
          reached = new Set([...reached, ...[...reached].flatMap((one) => graph[one] ?? [])]);
        }
        expect(new Set(createDependencies(graph).withDependents([start]))).toEqual(reached);
      }),
    );
  });
});
