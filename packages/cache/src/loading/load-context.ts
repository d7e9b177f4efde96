import type { Entry } from '../entries/entry.ts';
import { checks } from '../errors.ts';
import { addedTags, isWellFormed } from '../input.ts';
import { resolveTtl } from '../options/policy-options.ts';
import type { LoadContext } from './loader.ts';

/** What a loader has said about its load so far. */
export interface LoadWishes {
  ttlMs: number | undefined;
  /** In addition to those of its call. */
  tags: readonly string[];
  validator: string | undefined;
  isSkipped: boolean;
  /** The entry that `context.stale()` has returned. */
  given: Entry<unknown> | undefined;
}

const MAX_VALIDATOR_BYTES = 1024;

/**
 * @param staleEntry the entry as the loader is to have it.
 * @param callTags those that the loader's own are added to.
 */
export function createLoadContext(
  staleEntry: () => Entry<unknown> | undefined,
  signal: AbortSignal,
  callTags: readonly string[],
): { readonly context: LoadContext; readonly wishes: LoadWishes } {
  const wishes: LoadWishes = { ttlMs: undefined, tags: [], validator: undefined, isSkipped: false, given: undefined };
  const context: LoadContext = {
    signal,
    setTtl(ttl) {
      wishes.ttlMs = resolveTtl(ttl);
    },
    addTags(added) {
      wishes.tags = [...wishes.tags, ...addedTags(added, [...callTags, ...wishes.tags])];
    },
    setValidator(validator) {
      wishes.validator = checkValidator(validator);
    },
    skip() {
      wishes.isSkipped = true;
    },
    stale<Value>() {
      wishes.given ??= staleEntry();
      return wishes.given as Entry<Value> | undefined;
    },
  };
  return { context, wishes };
}

function checkValidator(validator: unknown): string {
  const isText = typeof validator === 'string' && validator !== '' && isWellFormed(validator);
  if (isText && Buffer.byteLength(validator) <= MAX_VALIDATOR_BYTES) return validator;
  throw checks.failure('validator', `a well-formed text of 1 to ${MAX_VALIDATOR_BYTES} bytes`, validator);
}
