import { checks } from '../errors.ts';
import type { Offer } from '../rules/offered.ts';

/** By request header: the values the application offers, or `'bypass'`. */
export type VariantOptions = Readonly<Record<string, 'bypass' | readonly string[]>>;

export interface ResolvedVariants {
  readonly offers: readonly Offer[];
  /** What varies on one of these is not stored; lower case. */
  readonly refused: ReadonlySet<string>;
}

/** @throws OptionError `ERR_HTTP_CACHE_OPTION` */
export function resolveVariants(given: VariantOptions = {}): ResolvedVariants {
  if (given === null || typeof given !== 'object' || Array.isArray(given)) {
    throw checks.failure('variants', 'an object by request header', given);
  }
  const offers: Offer[] = [];
  const refused = new Set<string>();
  for (const [header, rule] of Object.entries(given)) {
    const name = header.toLowerCase();
    if (rule === 'bypass') refused.add(name);
    else if (Array.isArray(rule) && rule.length > 0) {
      offers.push({ name, values: rule.map((value) => checks.text(`variants.${header}`, value)) });
    } else if (rule !== undefined) {
      throw checks.failure(`variants.${header}`, "'bypass' or the values that are offered", rule);
    }
  }
  return { offers, refused };
}
