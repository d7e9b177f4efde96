import { createRecentKeys, digestOf, type KeyDigest } from './recent-keys.ts';

/** Which keys that nothing is stored under a response may be stored for, of one policy. */
export interface KeyBudget {
  /** Called once a request. @returns why nothing is to be stored, `undefined` where it may be. */
  refusal(key: string, nowMs: number): KeyRefusal | undefined;
  /** What the next request will be told; nothing is counted. */
  foresee(key: string, nowMs: number): KeyRefusal | undefined;
  /** A response was stored under the key. */
  spend(key: string, nowMs: number): void;
}

export type KeyRefusal = 'min-uses' | 'max-keys';

export interface KeyBudgetTerms {
  readonly maxKeys: number;
  readonly minUses: number;
  /** Of what is stored. */
  readonly lifetimeMs: number;
}

/** nginx forgets what was not asked for in as long (`inactive` of its `proxy_cache_path`). */
const SHORTEST_WINDOW_MS = 600_000;
/** Requests for new keys that are counted at a time, twice over: a flood makes the window shorter, not the memory larger. */
const MOST_COUNTED = 16_384;

/** Counts nothing until there is a reason to: a policy below its budget whose responses are stored at first use. */
export function createKeyBudget({ maxKeys, minUses, lifetimeMs }: KeyBudgetTerms): KeyBudget {
  const spent = createRecentKeys(lifetimeMs);
  const asked = createRecentKeys(Math.max(SHORTEST_WINDOW_MS, 2 * lifetimeMs), MOST_COUNTED);

  function refusalOf(key: string, nowMs: number, timesOf: (digest: KeyDigest) => number): KeyRefusal | undefined {
    // Each budget that is used up doubles the price of a new key: whoever floods pays ever more for ever less.
    const price = 2 ** Math.floor(spent.count(nowMs) / maxKeys);
    if (price === 1 && minUses === 1) return undefined;
    const digest = digestOf(key);
    // What was stored a lifetime ago is no new key.
    if (spent.has(digest, nowMs)) return undefined;
    if (timesOf(digest) >= Math.max(price, minUses)) return undefined;
    return price > minUses ? 'max-keys' : 'min-uses';
  }

  return {
    refusal: (key, nowMs) => refusalOf(key, nowMs, (digest) => asked.note(digest, nowMs)),
    foresee: (key, nowMs) => refusalOf(key, nowMs, (digest) => asked.times(digest, nowMs) + 1),
    spend: (key, nowMs) => void spent.note(digestOf(key), nowMs),
  };
}
