import type { Clock } from '@breakwater/core';
import { createExpiringKeys } from './expiring-keys.ts';
import type { Verdict, WindowRule } from './sliding-window.ts';

/**
 * What Redis said of callers that have no slot left, so that they cannot make this process ask again before one frees.
 * The key names plan and caller: another plan of the same caller is another key.
 */
export interface DenialGate {
  /** Milliseconds until it is worth asking again, 0 where it is now. */
  opensInMs(key: string): number;
  /**
   * @param askedAtMs when the question was sent, not when it was answered: the answer took time out of `freesInMs`,
   *   and a gate that stays closed past the free slot would deny a client that obeyed its Retry-After.
   */
  note(key: string, rule: WindowRule, verdict: Verdict, askedAtMs: number): void;
  clear(): void;
  keyCount(): number;
}

export function createDenialGate(maxKeys: number, clock: Clock): DenialGate {
  const closedUntilMs = createExpiringKeys<number>(maxKeys, clock);
  return {
    opensInMs(key) {
      const untilMs = closedUntilMs.get(key);
      return untilMs === undefined ? 0 : Math.max(0, untilMs - clock.now());
    },
    note(key, rule, verdict, askedAtMs) {
      // The caller that took the last slot is as good as denied: its next request need not ask either.
      if (verdict.used >= rule.limit) closedUntilMs.set(key, askedAtMs + verdict.freesInMs, verdict.freesInMs);
    },
    clear: () => closedUntilMs.clear(),
    keyCount: () => closedUntilMs.size(),
  };
}
