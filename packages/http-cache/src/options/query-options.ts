import { checks } from '../errors.ts';
import { keepsAll, keepsAllBut, keepsOnly, type ParameterRule } from '../rules/parameters.ts';
import { TRACKING_PARAMETERS } from '../rules/tracking-parameters.ts';

/**
 * Which parameters of a query are left out: those by which advertising and mail track visitors (`TRACKING_PARAMETERS`), or
 * the ones that are named, `*` at the end of a name standing for whatever follows.
 */
export interface IgnoredParameters {
  readonly ignore: 'tracking' | readonly string[];
}

/** @throws OptionError `ERR_HTTP_CACHE_OPTION` */
export function resolveIgnored(given: 'all' | IgnoredParameters): ParameterRule {
  if (given === 'all') return keepsAll;
  checks.known('query', given, ['ignore']);
  if (given.ignore === 'tracking') return keepsAllBut(TRACKING_PARAMETERS);
  return keepsAllBut(checkNames('query.ignore', "'tracking' or an array of names", given.ignore));
}

/** @throws OptionError `ERR_HTTP_CACHE_OPTION` */
export function resolveKnown(option: string, given: 'all' | readonly string[]): ParameterRule {
  return given === 'all' ? keepsAll : keepsOnly(checkNames(option, "'all' or an array of names", given));
}

function checkNames(option: string, rule: string, names: readonly string[]): readonly string[] {
  if (!Array.isArray(names)) throw checks.failure(option, rule, names);
  for (const name of names) {
    // One with a bracket stands for no parameter: `a` covers `a[b]`.
    if (/[[\]=&]/.test(checks.text(option, name))) throw checks.failure(option, 'names without brackets', name);
  }
  return names;
}
