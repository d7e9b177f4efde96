import type { Verdict, WindowRule } from './sliding-window.ts';

/** Where the hits of a window are kept. Memory answers at once, Redis in a promise. */
export interface WindowStore<Answer extends Verdict | Promise<Verdict> = Verdict | Promise<Verdict>> {
  /**
   * Adds `cost` hits at `key` where the rule has room for all of them, and none otherwise.
   *
   * @param cost at most `rule.limit`; 0 looks, and answers as a cost of 1 would.
   */
  take(key: string, rule: WindowRule, cost: number): Answer;
  /** Forgets the key's hits; false where there were none. */
  forget(key: string): boolean | Promise<boolean>;
}
