import { parseDuration } from './duration.ts';
import { OptionError } from './errors.ts';
import { nearestName } from './nearest-name.ts';
import { parseSize } from './size.ts';

export interface NumberBounds {
  readonly min?: number;
  readonly max?: number;
}

/** Checks one package's options; every failure is an {@link OptionError} with the code `ERR_<PACKAGE>_OPTION`. */
export interface OptionChecks {
  /**
   * Refuses anything but a plain object, and keys that are not in `known`: a misspelt option must not be ignored. The error
   * says which of them it was likely meant to be.
   */
  known(name: string, options: unknown, known: readonly string[]): void;
  integer(name: string, value: unknown, bounds?: NumberBounds): number;
  /** A duration in milliseconds, at least 1 unless `bounds` say otherwise. */
  duration(name: string, value: unknown, bounds?: NumberBounds): number;
  /** A size in bytes, at least 1 unless `bounds` say otherwise. */
  size(name: string, value: unknown, bounds?: NumberBounds): number;
  oneOf<Choice extends string>(name: string, value: unknown, choices: readonly Choice[]): Choice;
  text(name: string, value: unknown): string;
  callable(name: string, value: unknown): void;
  /** A text to derive keys from: at least 32 characters, of which only the length is told where it is refused. */
  secret(name: string, value: unknown): string;
  /** The error for a rule that only the caller knows. */
  failure(name: string, rule: string, value: unknown): OptionError;
}

const SECRET_LENGTH = 32;

/**
 * @param packageCode the package's part of its error codes, such as `RATE_LIMIT`.
 */
export function createOptionChecks(packageCode: string): OptionChecks {
  const failure = (name: string, rule: string, value: unknown) => new OptionError(packageCode, name, rule, value);

  function within(
    name: string,
    parsed: number | undefined,
    bounds: NumberBounds,
    noun: string,
    value: unknown,
  ): number {
    const { min = 1, max = Number.MAX_SAFE_INTEGER } = bounds;
    if (parsed !== undefined && Number.isSafeInteger(parsed) && parsed >= min && parsed <= max) return parsed;
    const limits = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `between ${min} and ${max}`;
    throw failure(name, `${noun} ${limits}`, value);
  }

  return {
    failure,
    known(name, options, known) {
      if (options === null || typeof options !== 'object' || Array.isArray(options)) {
        throw failure(name, 'an object of options', options);
      }
      const unknown = Object.keys(options).find((key) => !known.includes(key));
      if (unknown === undefined) return;
      const nearest = nearestName(unknown, known);
      const hint = nearest === undefined ? '' : ` (is '${unknown}' meant to be '${nearest}'?)`;
      throw failure(name, `an object with only the keys ${known.join(', ')}${hint}`, { [unknown]: 0 });
    },
    integer(name, value, bounds = {}) {
      return within(name, typeof value === 'number' ? value : undefined, bounds, 'a whole number', value);
    },
    duration(name, value, bounds = {}) {
      return within(name, parseDuration(value), bounds, "a duration ('5s', '1m', '24h' or milliseconds)", value);
    },
    size(name, value, bounds = {}) {
      return within(name, parseSize(value), bounds, "a size ('64kb', '100mb' or bytes)", value);
    },
    oneOf<Choice extends string>(name: string, value: unknown, choices: readonly Choice[]): Choice {
      const found = choices.find((choice) => choice === value);
      if (found === undefined)
        throw failure(name, `one of ${choices.map((choice) => `'${choice}'`).join(', ')}`, value);
      return found;
    },
    text(name, value) {
      if (typeof value !== 'string' || value === '') throw failure(name, 'a text that is not empty', value);
      return value;
    },
    callable(name, value) {
      if (typeof value !== 'function') throw failure(name, 'a function', value);
    },
    secret(name, value) {
      if (typeof value === 'string' && value.length >= SECRET_LENGTH) return value;
      const rule = `a random text of at least ${SECRET_LENGTH} characters (openssl rand -base64 48)`;
      // A secret must not come to stand in a log.
      throw failure(name, rule, typeof value === 'string' ? value.length : value);
    },
  };
}

/** Options with nothing absent that has a default. */
export type WithDefaults<Options, Defaults> = Omit<Options, keyof Defaults> & {
  readonly [Name in keyof Defaults]: Name extends keyof Options ? Exclude<Options[Name], undefined> : Defaults[Name];
};

/** The caller's options over the defaults; an explicit `undefined` means absent. Neither object is written to. */
export function withDefaults<Options extends object, Defaults extends { readonly [Name in keyof Options]?: unknown }>(
  options: Options,
  defaults: Defaults,
): WithDefaults<Options, Defaults> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) } as WithDefaults<Options, Defaults>;
}
