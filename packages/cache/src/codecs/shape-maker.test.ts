import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { makerOf } from './shape-maker.ts';

/** 0, 1, 2, … */
function counter(): () => number {
  let next = 0;
  return () => next++;
}

describe('a maker of objects of one shape', () => {
  it('gives each key, in their order, what comes next', () => {
    const made = makerOf(['b', 'a', 'constructor', 'get', 'async', 'default', 'eval', '$', '_0'])?.(counter()) ?? {};
    expect(Object.entries(made).flat().join()).toBe('b,0,a,1,constructor,2,get,3,async,4,default,5,eval,6,$,7,_0,8');
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
  });

  it.each([
    'a: process.exit(), b',
    '"a"',
    '[a]',
    '...a',
    'a()',
    'get a',
    'a-b',
    'a\n',
    '\\u0061',
    'é',
    ' a',
    '0',
    '10',
    '',
    '__proto__',
  ])('is not made where a key is no plain name: %j', (key) => {
    expect(makerOf(['a', key])).toBeUndefined();
    expect(makerOf([key])).toBeUndefined();
  });

  it('is not made of so many keys that nothing would be gained', () => {
    const keys = Array.from({ length: 65 }, (_, index) => `key${index}`);
    expect(makerOf(keys.slice(1))).toBeDefined();
    expect(makerOf(keys)).toBeUndefined();
  });

  it('is not made where Node makes no code of strings', () => {
    const url = new URL('shape-maker.ts', import.meta.url).href;
    const script = `import { makerOf } from ${JSON.stringify(url)}; console.log(makerOf(['a']) === undefined);`;
    const options = ['--disallow-code-generation-from-strings', '--input-type=module', '--eval', script];
    expect(execFileSync(process.execPath, options, { encoding: 'utf8' }).trim()).toBe('true');
  });
});
