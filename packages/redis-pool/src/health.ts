import type { PoolHealth } from './stats.ts';

export interface VitalSigns {
  readonly readyLanes: number;
  /** Lanes whose first attempt to connect is still under way. */
  readonly untriedLanes: number;
  /** To how much of Redis the circuits let commands through: `some` nodes of a Cluster. */
  readonly served: 'all' | 'some' | 'none';
}

/** A pool that was once up never goes back to `starting`, and a closed one stays closed. */
export function assessHealth(before: PoolHealth, signs: VitalSigns): PoolHealth {
  if (before === 'closed') return 'closed';
  if (signs.served === 'none') return 'down';
  if (signs.readyLanes > 0) return signs.served === 'all' ? 'up' : 'degraded';
  return before === 'starting' && signs.untriedLanes > 0 ? 'starting' : 'down';
}

/** Whether commands are sent. */
export function isServing(health: PoolHealth): boolean {
  return health === 'up' || health === 'degraded';
}

/** The pool's health, those who wait for it, and the beginning and end of its outages. */
export interface Health {
  state(): PoolHealth;
  /** Looks at the signs again; `reason` is what made it worth looking. */
  review(reason: string): void;
  close(): void;
  /** Resolves to whether commands could be sent within `withinMs`. */
  whenServing(withinMs: number): Promise<boolean>;
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
  const waiting = new Set<(isServed: boolean) => void>();

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
    for (const tell of waiting) tell(isServing(next));
    if (before === 'down' && isServing(next)) observer.onOutageEnded(performance.now() - downSince);
  }

  return {
    state: () => state,
    review: (reason) => enter(assessHealth(state, read()), reason),
    close: () => enter('closed', 'closed'),
    whenServing(withinMs) {
      if (isServing(state) || state === 'closed') return Promise.resolve(state !== 'closed');
      return new Promise((resolve) => {
        function tell(isServed: boolean): void {
          clearTimeout(timer);
          waiting.delete(tell);
          resolve(isServed);
        }
        const timer = setTimeout(tell, withinMs, false);
        waiting.add(tell);
      });
    },
  };
}
