import { checks } from '../errors.ts';

/**
 * A pattern with `g` or `y` remembers where it stopped, and would miss every other text.
 *
 * @throws OptionError `ERR_HTTP_CACHE_OPTION`
 */
export function checkPattern(name: string, pattern: unknown): RegExp {
  if (!(pattern instanceof RegExp) || pattern.global || pattern.sticky) {
    throw checks.failure(name, 'a regular expression without the flags g and y', String(pattern));
  }
  return pattern;
}
