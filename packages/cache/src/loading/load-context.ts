import type { Entry } from '../entries/entry.ts';
import { checks } from '../errors.ts';
import { addedTags, isWellFormed } from '../input.ts';
import { resolveTtl } from '../options/policy-options.ts';
import type { LoadContext } from './loader.ts';

/** What a loader has said about its load. */
export interface LoadWishes {
  readonly context: LoadContext;
  readonly ttlMs: number | undefined;
  /** Beside those of its call. */
  readonly tags: readonly string[];
  readonly validator: string | undefined;
  readonly isSkipped: boolean;
  /** The entry that `context.stale()` has returned. */
  readonly given: Entry<unknown> | undefined;
}

const MAX_VALIDATOR_BYTES = 1024;

/**
 * @param stale the entry as the loader is to have it.
 * @param callTags those that the loader's own are added to.
 */
export function createLoadContext(
  stale: () => Entry<unknown> | undefined,
  signal: AbortSignal,
  callTags: readonly string[],
): LoadWishes {
  let ttlMs: number | undefined;
  let tags: readonly string[] = [];
  let validator: string | undefined;
  let isSkipped = false;
  let given: Entry<unknown> | undefined;
  return {
    get ttlMs() {
      return ttlMs;
    },
    get tags() {
      return tags;
    },
    get validator() {
      return validator;
    },
    get isSkipped() {
      return isSkipped;
    },
    get given() {
      return given;
    },
    context: {
      signal,
      setTtl(ttl) {
        ttlMs = resolveTtl(ttl);
      },
      addTags(added) {
        tags = [...tags, ...addedTags(added, [...callTags, ...tags])];
      },
      setValidator(given) {
        validator = checkValidator(given);
      },
      skip() {
        isSkipped = true;
      },
      stale<Value>() {
        given ??= stale();
        return given as Entry<Value> | undefined;
      },
    },
  };
}

function checkValidator(validator: unknown): string {
  const isText = typeof validator === 'string' && validator !== '' && isWellFormed(validator);
  if (isText && Buffer.byteLength(validator) <= MAX_VALIDATOR_BYTES) return validator;
  throw checks.failure('validator', `a well-formed text of 1 to ${MAX_VALIDATOR_BYTES} bytes`, validator);
}
