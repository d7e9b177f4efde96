import { describe, expect, it } from 'vitest';
import { topics } from './topics.ts';

it('topics have names of their own', () => {
  const names = topics.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

describe.each(topics)('topic $name', ({ cases, reference, thresholds }) => {
  const names: readonly string[] = cases.map(({ name }) => name);

  it('its cases have names of their own', () => {
    expect(new Set(names).size).toBe(names.length);
  });

  it('its reference and its thresholds name cases that it has', () => {
    const named = [reference, ...thresholds.flatMap(({ case: measured, against }) => [measured, against])];
    expect(names).toEqual(expect.arrayContaining(named));
  });
});
