import type { PoolHealth } from './stats.ts';

export interface VitalSigns {
  readonly readyLanes: number;
  /** Lanes whose first attempt to connect is still under way. */
  readonly untriedLanes: number;
  readonly isCircuitClosed: boolean;
}

/** A pool that was once up never goes back to `starting`, and a closed one stays closed. */
export function assessHealth(before: PoolHealth, signs: VitalSigns): PoolHealth {
  if (before === 'closed') return 'closed';
  if (signs.isCircuitClosed && signs.readyLanes > 0) return 'up';
  if (before === 'starting' && signs.isCircuitClosed && signs.untriedLanes > 0) return 'starting';
  return 'down';
}

/** The pool's health, those who wait for it, and the beginning and end of its outages. */
export interface Health {
  readonly state: PoolHealth;
  /** Looks at the signs again; `reason` is what made it worth looking. */
  review(reason: string): void;
  close(): void;
  /** Resolves to whether the pool was up within `withinMs`. */
  whenUp(withinMs: number): Promise<boolean>;
}

export interface HealthObserver {
  /** It is no longer `starting`. */
  onStarted(): void;
  onOutageBegan(reason: string): void;
  onOutageEnded(outageMs: number): void;
}

export function createHealth(read: () => VitalSigns, observer: HealthObserver): Health {
  let state: PoolHealth = 'starting';
  let downSince = 0;
  const waiting = new Set<(isUp: boolean) => void>();

  function enter(next: PoolHealth, reason: string): void {
    if (next === state) return;
    const before = state;
    state = next;
    if (before === 'starting') observer.onStarted();
    if (next === 'down') {
      downSince = performance.now();
      observer.onOutageBegan(reason);
      return;
    }
    for (const tell of waiting) tell(next === 'up');
    if (next === 'up' && before === 'down') observer.onOutageEnded(performance.now() - downSince);
  }

  return {
    get state() {
      return state;
    },
    review: (reason) => enter(assessHealth(state, read()), reason),
    close: () => enter('closed', 'closed'),
    whenUp(withinMs) {
      if (state === 'up' || state === 'closed') return Promise.resolve(state === 'up');
      return new Promise((resolve) => {
        function tell(isUp: boolean): void {
          clearTimeout(timer);
          waiting.delete(tell);
          resolve(isUp);
        }
        const timer = setTimeout(tell, withinMs, false);
        waiting.add(tell);
      });
    },
  };
}
