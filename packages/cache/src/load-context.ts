import type { Entry } from './entry.ts';
import type { LoadContext } from './loader.ts';
import { resolveTtl } from './policy-options.ts';

/** What a loader has said of its load. */
export interface LoadWishes {
  readonly context: LoadContext;
  readonly ttlMs: number | undefined;
  readonly isSkipped: boolean;
}

export function createLoadContext(stale: Entry<unknown> | undefined, signal: AbortSignal): LoadWishes {
  let ttlMs: number | undefined;
  let isSkipped = false;
  return {
    get ttlMs() {
      return ttlMs;
    },
    get isSkipped() {
      return isSkipped;
    },
    context: {
      signal,
      setTtl(ttl) {
        ttlMs = resolveTtl(ttl);
      },
      skip() {
        isSkipped = true;
      },
      stale: <Value>() => stale as Entry<Value> | undefined,
    },
  };
}
