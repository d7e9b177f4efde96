import type { NotStoredReason } from './reasons.ts';
import { createUrlMemory } from './url-memory.ts';

/** Why a response was not stored. */
export interface Refusal {
  readonly reason: NotStoredReason;
  /** The response's; `undefined` where none had been made. */
  readonly status: number | undefined;
  readonly atMs: number;
}

/** Of URLs whose last response was not stored, why: the last thousand of them. */
export interface Refusals {
  remember(base: string, refusal: Refusal): void;
  /** A response was stored since. */
  forget(base: string): void;
  of(base: string): Refusal | undefined;
}

const MOST_URLS = 1000;

export function createRefusals(): Refusals {
  const refusals = createUrlMemory<Refusal>(MOST_URLS);
  return {
    remember: (base, refusal) => refusals.remember(base, refusal, Number.POSITIVE_INFINITY),
    forget: refusals.forget,
    of: (base) => refusals.recall(base, 0),
  };
}
