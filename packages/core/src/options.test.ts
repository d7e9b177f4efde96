import { describe, expect, it } from 'vitest';
import { OptionError } from './errors.ts';
import { createOptionChecks, withDefaults } from './options.ts';

const check = createOptionChecks('SAMPLE');

describe('option checks', () => {
  it('name the option, the rule and the value, under the code of the package', () => {
    expect(() => check.integer('windowMs', -5)).toThrow(
      expect.objectContaining({
        name: 'OptionError',
        code: 'ERR_SAMPLE_OPTION',
        option: 'windowMs',
        message: 'windowMs must be a whole number of at least 1, got -5.',
      }),
    );
  });

  it('say both limits where there are two', () => {
    expect(() => check.integer('lanes', 99, { min: 1, max: 64 })).toThrow(
      'lanes must be a whole number between 1 and 64, got 99.',
    );
  });

  it.each([
    ['a fraction', () => check.integer('n', 1.5)],
    ['a text for a number', () => check.integer('n', '5')],
    ['NaN', () => check.integer('n', Number.NaN)],
    ['a duration without unit', () => check.duration('ttl', '5')],
    ['a negative duration', () => check.duration('ttl', -1)],
    ['a zero duration', () => check.duration('ttl', '0s')],
    ['a size that is none', () => check.size('max', 'big')],
    ['a choice not offered', () => check.oneOf('onOutage', 'explode', ['allow', 'deny'])],
    ['an empty text', () => check.text('namespace', '')],
    ['a function that is none', () => check.callable('plan', 'admin')],
    ['a short secret', () => check.secret('secret', 'x'.repeat(31))],
    ['a secret that is no text', () => check.secret('secret', Buffer.alloc(64))],
    ['a misspelt key', () => check.known('options', { lane: 4 }, ['lanes'])],
    ['options that are no object', () => check.known('options', [], ['lanes'])],
  ])('refuse %s', (_what, run) => {
    expect(run).toThrow(OptionError);
  });

  it('say what a misspelt key was likely meant to be', () => {
    expect(() => check.known('options', { lane: 4 }, ['size', 'lanes'])).toThrow(
      "options must be an object with only the keys size, lanes (is 'lane' meant to be 'lanes'?), got an object with the keys lane.",
    );
    expect(() => check.known('options', { width: 4 }, ['size', 'lanes'])).toThrow(
      'options must be an object with only the keys size, lanes, got an object with the keys width.',
    );
  });

  it('return the value in the unit of the code', () => {
    expect(check.duration('ttl', '5s')).toBe(5000);
    expect(check.duration('ttl', 0, { min: 0 })).toBe(0);
    expect(check.size('max', '1mb')).toBe(1_048_576);
    expect(check.oneOf('onOutage', 'deny', ['allow', 'deny'])).toBe('deny');
    expect(check.secret('secret', 'x'.repeat(32))).toBe('x'.repeat(32));
  });

  it('tell nothing of a secret but its length', () => {
    expect(() => check.secret('secret', 'hunter2')).toThrow(/^secret must be a random text .* got 7\.$/);
  });

  it('keep long values out of the message', () => {
    expect(() => check.oneOf('mode', 'x'.repeat(5000), ['a'])).toThrow(/^.{0,160}$/);
  });
});

describe('withDefaults', () => {
  it('takes an explicit undefined as absent and writes to neither object', () => {
    const defaults = Object.freeze({ lanes: 4, name: 'a' });
    const options = Object.freeze({ lanes: undefined, name: 'b' });
    expect(withDefaults(options, defaults)).toEqual({ lanes: 4, name: 'b' });
  });
});
