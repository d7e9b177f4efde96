import type { ProbeOutcome } from '../../src/circuit.ts';

export interface ModelSettings {
  readonly failures: number;
  readonly failureRate: number;
  readonly slowCallRate: number;
  readonly slowCallMs: number;
  readonly windowMs: number;
  readonly minimumCalls: number;
  readonly resetAfterMs: number;
  readonly resetFactor: number;
  readonly longestResetMs: number;
  readonly probes: number;
  readonly random: number;
}

type Phase = 'closed' | 'open' | 'half-open' | 'isolated';

/** The circuit again, in plain words, with lists for rings and without opossum, promises and timers. */
export function createCircuitModel(settings: ModelSettings) {
  let phase: Phase = 'closed';
  let dueAt = Number.POSITIVE_INFINITY;
  let inARow = 0;
  let unanswered = 0;
  let lacksConnection = false;
  let answeredAt = Number.NEGATIVE_INFINITY;
  let armedAt = Number.NEGATIVE_INFINITY;
  let calls: { tenth: number; end: 'fast' | 'slow' | 'failed' }[] = [];

  const share = (end: 'slow' | 'failed') => calls.filter((call) => call.end === end).length / calls.length;

  function count(now: number, end: 'fast' | 'slow' | 'failed'): void {
    const tenth = Math.floor(now / (settings.windowMs / 10));
    calls.push({ tenth, end });
    while (calls[0] !== undefined && calls[0].tenth <= tenth - 10) calls.shift();
  }

  function open(now: number): void {
    let ceiling = settings.resetAfterMs;
    for (let n = 0; n < unanswered; n += 1) ceiling = Math.min(ceiling * settings.resetFactor, settings.longestResetMs);
    phase = 'open';
    dueAt = now + Math.ceil(ceiling * (0.5 + settings.random / 2));
  }

  function close(now: number): void {
    phase = 'closed';
    dueAt = Number.POSITIVE_INFINITY;
    inARow = 0;
    unanswered = 0;
    lacksConnection = false;
    armedAt = now;
    calls = [];
  }

  return {
    get phase() {
      return phase;
    },
    get dueAt() {
      return dueAt;
    },
    answered(now: number, tookMs: number): void {
      if (phase !== 'closed') return;
      inARow = 0;
      answeredAt = now;
      const isSlow = tookMs > settings.slowCallMs && now - tookMs >= armedAt;
      count(now, isSlow ? 'slow' : 'fast');
      if (isSlow && calls.length >= settings.minimumCalls && share('slow') >= settings.slowCallRate) open(now);
    },
    failed(now: number, sentAt: number): void {
      if (phase !== 'closed' || sentAt < armedAt) return;
      if (answeredAt <= sentAt) inARow += 1;
      count(now, 'failed');
      const isShare = calls.length >= settings.minimumCalls && share('failed') >= settings.failureRate;
      if (inARow >= settings.failures || isShare) open(now);
    },
    tick(now: number): void {
      if (phase !== 'open' || now < dueAt) return;
      phase = 'half-open';
      dueAt = Number.POSITIVE_INFINITY;
    },
    probed(now: number, outcomes: readonly ProbeOutcome[]): void {
      if (phase !== 'half-open') return;
      if (outcomes.every((outcome) => outcome === 'answered')) {
        close(now);
        return;
      }
      unanswered += 1;
      lacksConnection = !outcomes.includes('silent');
      open(now);
    },
    connected(now: number): void {
      if (phase !== 'open' || !lacksConnection) return;
      lacksConnection = false;
      dueAt = now + 1;
    },
    isolate(): void {
      phase = 'isolated';
      lacksConnection = false;
      dueAt = Number.POSITIVE_INFINITY;
    },
    force: close,
  };
}
