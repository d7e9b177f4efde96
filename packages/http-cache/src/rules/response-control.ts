import { type CacheControl, MOST_SECONDS, parseCacheControl } from './cache-control.ts';
import type { Fields } from './fields.ts';
import { parseDictionary } from './structured-fields.ts';

export interface ResponseControl {
  readonly control: CacheControl;
  /** A targeted field speaks; `Cache-Control` and `Expires` are for other caches. */
  readonly isTargeted: boolean;
}

/**
 * The directives that are for this cache: RFC 9213 §2.2, the first of `targetFields` that is there, is a dictionary and
 * is not empty, else `Cache-Control`.
 */
export function responseControl(headers: Fields, targetFields: readonly string[]): ResponseControl {
  for (const field of targetFields) {
    const text = headers.get(field);
    const control = text === undefined ? undefined : targetedControl(text);
    if (control) return { control, isTargeted: true };
  }
  return { control: parseCacheControl(headers.get('cache-control')), isTargeted: false };
}

/** Strict, unlike `Cache-Control`: a field with any error does not count. A directive of a wrong type does not, either. */
function targetedControl(text: string): CacheControl | undefined {
  const directives = parseDictionary(text);
  if (!directives || directives.size === 0) return undefined;
  return {
    has: (directive) => directives.has(directive) && directives.get(directive) !== false,
    seconds(directive) {
      const value = directives.get(directive);
      return typeof value === 'number' ? Math.min(Math.max(0, value), MOST_SECONDS) : undefined;
    },
  };
}
