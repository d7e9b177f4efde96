import { expect, it } from 'vitest';
import { toldControl } from './told-control.ts';

it.each([
  [5, undefined, 0, 'public, max-age=5'],
  [5, undefined, 4, 'public, max-age=5'],
  [3600, 60, 0, 'public, max-age=60, s-maxage=3600'],
  [3600, 60, 1800, 'public, max-age=1860, s-maxage=3600'],
  [3600, 60, 3599, 'public, max-age=3659, s-maxage=3600'],
  [3600, 60, 3600, 'public, max-age=0, s-maxage=3600'],
  [3600, 0, 1800, 'public, max-age=0, s-maxage=3600'],
  [5, 60, 2, 'public, max-age=62, s-maxage=5'],
])('a lifetime of %i s, for clients %s s, at the age of %i s: %s', (lifetimeSeconds, clientSeconds, age, control) => {
  expect(toldControl({ lifetimeSeconds, clientSeconds }, age)).toBe(control);
});
