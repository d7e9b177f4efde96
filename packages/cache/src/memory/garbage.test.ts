import { expect, it } from 'vitest';
import { countLeft, VALUE_BYTES, VALUES } from '../../test/count-left.ts';
import { createBoundedMap } from './bounded-map.ts';

const HELD = 100;
const TERMS = { bytes: 1, untilMs: Number.POSITIVE_INFINITY, budget: undefined };

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
