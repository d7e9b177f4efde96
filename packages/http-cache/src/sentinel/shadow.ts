import type { IncomingMessage } from 'node:http';
import { createOwnRequest } from '../filling/own-request.ts';
import type { Selected } from '../stored/place.ts';

const SHADOW = Symbol('breakwater.http-cache.shadow');

/** What was seen where the cache stands: the handler's answer, and what would have been served in its place. */
export interface Evidence {
  /** What the stored response is for: its URL, and the request headers that it varies on. */
  readonly key: string;
  readonly stored: Selected;
  readonly status: number;
  readonly body: Buffer;
  readonly endedAtMs: number;
}

/** What a shadow carries to the place of the cache. */
export interface Shadow {
  /** At whose door it is expected. */
  readonly policyName: string;
  testify(evidence: Evidence): void;
}

/** Whether a request is the cache's own, that asks as somebody else: middleware that counts callers may let it pass. */
export function isShadow(raw: IncomingMessage): boolean {
  return SHADOW in raw;
}

export function shadowOf(raw: IncomingMessage): Shadow | undefined {
  return (raw as IncomingMessage & { readonly [SHADOW]?: Shadow })[SHADOW];
}

export interface ShadowRun {
  readonly like: IncomingMessage;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly policyName: string;
  readonly timeoutMs: number;
}

/** Asks the application. @returns nothing where no stored response would have been served, or no answer was seen to its end. */
export async function runShadow(run: ShadowRun): Promise<Evidence | undefined> {
  let seen: Evidence | undefined;
  const shadow: Shadow = {
    policyName: run.policyName,
    testify(evidence) {
      seen = evidence;
    },
  };
  const own = createOwnRequest({ like: run.like, url: run.url, headers: run.headers, mark: { [SHADOW]: shadow } });
  if (!own) return undefined;
  const timer = setTimeout(own.abort, run.timeoutMs);
  try {
    own.send();
    await own.ended;
  } finally {
    clearTimeout(timer);
  }
  return seen;
}
