import type { IncomingHttpHeaders } from 'node:http';
import type { Entry, Filling } from '@breakwater/cache';
import type { Usefulness } from '../rules/reuse.ts';
import type { VariantRecord } from '../rules/variants.ts';
import type { HttpEntry, StoredResponse } from './entry.ts';

/** A stored response that a request may be answered with. */
export interface Selected {
  readonly response: StoredResponse;
  readonly storedAtMs: number;
  readonly tier: 'memory' | 'redis';
}

/** Where a request's response lies, or would lie. */
export interface Place {
  readonly base: string;
  /** The key of this request's variant as far as it is known: `base` until a response has named its headers. */
  readonly key: string;
  readonly record: VariantRecord | undefined;
  readonly selected: Selected | undefined;
  /** What lies under `key`, whether or not it answers the request. */
  readonly entry: Entry<HttpEntry> | undefined;
  /** There if tags were given. */
  readonly slot: Slot | undefined;
}

/** What is to be stored at a place. Taken before the handler runs: what is invalidated from then on is not kept. */
export interface Slot {
  /** Where the place was claimed for the whole fleet. */
  readonly claim: Pick<Filling, 'right' | 'abandon'> | undefined;
  /**
   * Whether there is room for this request's response among its URL's.
   *
   * @returns how to store it, `undefined` where the URL has all the variants it may have.
   */
  admit(varyNames: readonly string[], headers: IncomingHttpHeaders, nowMs: number): Admission | undefined;
}

export interface Admission {
  /** The request headers that chose this response, and this request's values of them. */
  readonly varyNames: readonly string[];
  readonly varyValues: string;
  commit(response: StoredResponse, terms: CommitTerms): Promise<CommitOutcome>;
}

/**
 * `invalidated`: its URL or one of its tags was, since the slot was taken. `variants`: meanwhile its URL has all the variants
 * it may have.
 */
export type CommitOutcome = 'kept' | 'invalidated' | 'variants';

export interface CommitTerms extends Usefulness {
  readonly nowMs: number;
  /** That only the response could name. */
  readonly tags: readonly string[];
}
