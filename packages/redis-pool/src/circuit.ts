import { EventEmitter } from 'node:events';
import CircuitBreaker from 'opossum';
import { checks } from './errors.ts';
import { type ResetSettings, resetDelayMs } from './reset-delay.ts';
import type { CircuitState } from './stats.ts';
import { createTripwire, type Trip, type TripSettings } from './tripwire.ts';

/** What a circuit says of itself. */
export interface CircuitReading {
  readonly state: CircuitState;
  /** Why commands are refused. `undefined` while the circuit is closed, as the times are. */
  readonly reason: string | undefined;
  /** Since when commands are refused, in milliseconds since the Unix epoch. */
  readonly openedAt: number | undefined;
  /** When Redis is asked next, likewise. `undefined` also while it is being asked, and after `open`. */
  readonly nextProbeAt: number | undefined;
}

export interface CircuitSwitch extends CircuitReading {
  /** Refuses commands from now on and asks Redis nothing, until `close` is called. */
  open(reason: string): void;
  /** Lets commands through from now on, whatever was seen before. What comes of them may open it again. */
  close(): void;
}

/**
 * Whether commands may be sent. opossum keeps the states and the time in between, but no command runs through it: it
 * costs each one 0.4 us and more. Commands ask `isClosed`, and report what came of them.
 */
export interface Circuit {
  readonly control: CircuitSwitch;
  isClosed(): boolean;
  /** Redis answered a command in time. `at` and `sentAt` are `performance.now()`. */
  answered(at: number, tookMs: number): void;
  failed(sentAt: number): void;
  /** There is a connection. Where the last probe found none, Redis is asked now. */
  connected(): void;
  /** What it stands before is no more: nobody can be asked whether it is back. */
  retire(): void;
  /** Asks nothing any more. Whoever looks finds it closed: that commands are refused has another reason now. */
  shutdown(): void;
}

/** `unsent` where there was no connection to ask on. */
export type ProbeOutcome = 'answered' | 'silent' | 'unsent';

export interface CircuitSettings extends TripSettings, ResetSettings {
  /** How many are asked at once in half-open; all must answer. */
  readonly probes: number;
  /** One attempt to reach Redis, which must settle. These alone are sent while the circuit is half-open. */
  probe(): Promise<ProbeOutcome>;
  /** From 0 to below 1. */
  random(): number;
}

export interface CircuitOpening {
  readonly cause: Trip['cause'] | 'probe' | 'manual';
  readonly reason: string;
  /** Failed probes included. */
  readonly consecutiveFailures: number;
}

/** `gone`: the node that it stood before is no longer part of its Cluster. */
export type CloseCause = 'probe' | 'manual' | 'gone';

export interface CircuitObserver {
  /** What was seen was enough; again after every probe that failed. */
  onOpened(opening: CircuitOpening): void;
  /** @param openMs since it first opened, also when probes have failed meanwhile. */
  onHalfOpened(openMs: number): void;
  onClosed(openMs: number, cause: CloseCause): void;
}

/** The time in which commands are refused. */
interface Interruption {
  readonly since: number;
  readonly openedAt: number;
  cause: CircuitOpening['cause'];
  reason: string;
  nextProbeAt: number | undefined;
}

export function createCircuit(settings: CircuitSettings, observer: CircuitObserver): Circuit {
  const tripwire = createTripwire(settings);
  let interruption: Interruption | undefined;
  let failedProbes = 0;
  let isWaitingForConnection = false;
  /** opossum is closed and opened again for its timer's sake, which nobody need hear of. */
  let isRewinding = false;
  let round: Promise<void> | undefined;

  const options: CircuitBreaker.Options = {
    // Probes bound themselves.
    timeout: false,
    // opossum fires only in half-open, where any failure opens; one that comes later must not.
    volumeThreshold: Number.MAX_SAFE_INTEGER,
    // Nobody reads its statistics: no percentiles, no snapshots, and no timer to turn their buckets.
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
    rollingCountBuckets: 1,
    rotateBucketController: new EventEmitter(),
  };
  const breaker = new CircuitBreaker(probeAll, options);

  function interrupt(cause: Interruption['cause'], reason: string): Interruption {
    interruption ??= { since: performance.now(), openedAt: Date.now(), cause, reason, nextProbeAt: undefined };
    interruption.cause = cause;
    interruption.reason = reason;
    interruption.nextProbeAt = undefined;
    return interruption;
  }

  /** opossum reads the time out of its options whenever it opens. */
  function planProbe(into: Interruption): void {
    startTimer(into, resetDelayMs(failedProbes, settings.random(), settings));
  }

  function startTimer(into: Interruption, delayMs: number): void {
    options.resetTimeout = delayMs;
    into.nextProbeAt = Date.now() + delayMs;
  }

  function probeSoon(into: Interruption): void {
    isWaitingForConnection = false;
    startTimer(into, 1);
    isRewinding = true;
    breaker.close();
    breaker.open();
    isRewinding = false;
  }

  function trip(seen: Trip | undefined): void {
    if (seen === undefined || breaker.isShutdown) return;
    planProbe(interrupt(seen.cause, seen.reason));
    breaker.open();
  }

  function tellOpened({ cause, reason }: Interruption): void {
    observer.onOpened({ cause, reason, consecutiveFailures: tripwire.consecutiveFailures() + failedProbes });
  }

  function end(cause: CloseCause): void {
    const now = performance.now();
    tripwire.rearm(now);
    if (interruption === undefined) return;
    const openMs = now - interruption.since;
    interruption = undefined;
    failedProbes = 0;
    isWaitingForConnection = false;
    breaker.close();
    observer.onClosed(openMs, cause);
  }

  /** Probes that outlived their half-open, because somebody closed it meanwhile, count for the next one. */
  function probeAll(): Promise<void> {
    round ??= askAll().finally(() => {
      round = undefined;
    });
    return round;
  }

  async function askAll(): Promise<void> {
    const outcomes = await Promise.all(Array.from({ length: settings.probes }, ask));
    if (outcomes.every((outcome) => outcome === 'answered')) return;
    const isSilent = outcomes.includes('silent');
    const reason = isSilent ? 'a PING was not answered in time' : 'there was no connection to send a PING on';
    if (interruption && breaker.halfOpen) {
      failedProbes += 1;
      isWaitingForConnection = !isSilent;
      planProbe(interrupt('probe', reason));
    }
    throw new Error(reason);
  }

  async function ask(): Promise<ProbeOutcome> {
    const askedAt = performance.now();
    const outcome = await settings.probe();
    // What is slow for a command is no answer to a probe: it would close the circuit only to see it open again.
    return outcome === 'answered' && performance.now() - askedAt > settings.slowCallMs ? 'silent' : outcome;
  }

  breaker.on('open', () => {
    if (interruption && !isRewinding) tellOpened(interruption);
  });
  breaker.on('close', () => {
    // `control.open` closes opossum's circuit as well.
    if (interruption && interruption.cause !== 'manual' && !isRewinding) end('probe');
  });
  breaker.on('halfOpen', () => {
    if (interruption === undefined) return;
    interruption.nextProbeAt = undefined;
    observer.onHalfOpened(performance.now() - interruption.since);
    // A failed probe has opened the circuit again by the time this rejects: there is nobody else to tell.
    if (breaker.halfOpen) breaker.fire().catch(() => undefined);
  });

  function shutdown(): void {
    breaker.shutdown();
    interruption = undefined;
  }

  const control: CircuitSwitch = {
    get state() {
      if (interruption === undefined) return 'closed';
      return breaker.halfOpen ? 'half-open' : 'open';
    },
    get reason() {
      return interruption?.reason;
    },
    get openedAt() {
      return interruption?.openedAt;
    },
    get nextProbeAt() {
      return interruption?.nextProbeAt;
    },
    open(reason) {
      if (breaker.isShutdown) return;
      const manual = interrupt('manual', checks.text('reason', reason));
      isWaitingForConnection = false;
      breaker.close();
      tellOpened(manual);
    },
    close() {
      if (!breaker.isShutdown) end('manual');
    },
  };

  return {
    control,
    isClosed: () => interruption === undefined,
    answered(at, tookMs) {
      if (interruption === undefined) trip(tripwire.answered(at, tookMs));
    },
    failed(sentAt) {
      if (interruption === undefined) trip(tripwire.failed(performance.now(), sentAt));
    },
    connected() {
      if (interruption && isWaitingForConnection && breaker.opened) probeSoon(interruption);
    },
    retire() {
      end('gone');
      shutdown();
    },
    shutdown,
  };
}
