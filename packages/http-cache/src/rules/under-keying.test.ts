import { expect, it } from 'vitest';
import { type Coverage, uncoveredInputs } from './under-keying.ts';

const NOTHING: Coverage = { varyNames: [], hasAuthority: true, ignored: [] };

it.each<[string[], Partial<Coverage>, string[]]>([
  [[], {}, []],
  [['user-agent', 'cookie'], {}, ['cookie', 'user-agent']],
  [['accept-language'], { varyNames: ['accept-language'] }, []],
  [['host', 'x-forwarded-proto'], {}, []],
  [['host'], { hasAuthority: false }, ['host']],
  [['if-none-match', 'content-type', 'range'], {}, []],
  [['x-forwarded-for', 'user-agent'], { ignored: ['user-agent'] }, ['x-forwarded-for']],
])('of what was read, %o with %o leaves %o', (read, coverage, uncovered) => {
  expect(uncoveredInputs(read, { ...NOTHING, ...coverage })).toEqual(uncovered);
});
