/** When this process itself could do nothing: its event loop was blocked, or the machine gave it no core. */
export interface LoopWatch {
  /** How much of the time between two `performance.now()` was lost so. */
  lostMs(from: number, until: number): number;
  stop(): void;
}

/** Shorter gaps than this are the ticker's own inaccuracy, and count as the pool's delay. */
const SHORTEST_GAP_MS = 5;

/** Keeps the gaps of a 1 ms ticker. */
export function watchLoop(): LoopWatch {
  const gaps: { readonly from: number; readonly until: number }[] = [];
  let tickedAt = performance.now();
  const ticker = setInterval(() => {
    const now = performance.now();
    if (now - tickedAt > SHORTEST_GAP_MS) gaps.push({ from: tickedAt, until: now });
    tickedAt = now;
  }, 1);
  return {
    lostMs(from, until) {
      return gaps.reduce((sum, gap) => sum + Math.max(0, Math.min(until, gap.until) - Math.max(from, gap.from)), 0);
    },
    stop: () => clearInterval(ticker),
  };
}
