import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { createBoundedMap } from './bounded-map.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as (options?: { type: 'minor' }) => void;

const HELD = 100;
const VALUES = 5000;
const VALUE_BYTES = 1600;
const TERMS = { bytes: 1, untilMs: Number.POSITIVE_INFINITY, budget: undefined };

function putMany(put: (id: string, value: unknown) => void, name: string): void {
  for (let index = 0; index < VALUES; index += 1) put(`${name} ${index}`, new Array(VALUE_BYTES / 8).fill(index));
}

/** How many bytes young collections leave of values that came and left after a collection of everything. */
function countLeft(put: (id: string, value: unknown) => void): number {
  putMany(put, 'before');
  collect();
  const before = process.memoryUsage().heapUsed;
  putMany(put, 'after');
  for (let times = 0; times < 3; times += 1) collect({ type: 'minor' });
  return process.memoryUsage().heapUsed - before;
}

it('what has left a full map is forgotten by young collections, whatever grew old beside it', () => {
  const map = createBoundedMap<unknown>({ maxEntries: HELD, maxBytes: VALUES, onRemoved: () => {} });
  expect(countLeft((id, value) => map.set(id, value, TERMS))).toBeLessThan((VALUES * VALUE_BYTES) / 4);
});

it('and a bare Map keeps most of it, where node still does that: it would be seen', () => {
  const map = new Map<string, unknown>();
  const left = countLeft((id, value) => {
    if (map.size === HELD) map.delete(map.keys().next().value ?? '');
    map.set(id, value);
  });
  expect(left).toBeGreaterThan((VALUES * VALUE_BYTES) / 2);
});
