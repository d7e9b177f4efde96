import type { Clock } from '@breakwater/core';
import { createExpiringKeys } from './expiring-keys.ts';
import { judge, type Verdict } from './sliding-window.ts';
import type { WindowStore } from './window-store.ts';

/** The windows of one process, by its own clock. */
export interface MemoryWindow extends WindowStore<Verdict> {
  forget(key: string): boolean;
  clear(): void;
  keyCount(): number;
}

/** @param maxKeys callers remembered; the one not seen for longest is forgotten for a new one. */
export function createMemoryWindow(maxKeys: number, clock: Clock): MemoryWindow {
  const logs = createExpiringKeys<number[]>(maxKeys, clock);
  return {
    take(key, rule, cost) {
      const now = clock.now();
      const hits = logs.get(key) ?? [];
      const judgement = judge(hits, rule, cost, now);
      if (judgement.allowed && cost > 0) {
        if (judgement.expired > 0) hits.splice(0, judgement.expired);
        for (let hit = 0; hit < cost; hit += 1) hits.push(now);
        logs.set(key, hits, rule.windowMs);
      }
      return judgement;
    },
    forget: (key) => logs.delete(key),
    clear: () => logs.clear(),
    keyCount: () => logs.size(),
  };
}
