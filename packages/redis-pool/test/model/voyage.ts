import { vi } from 'vitest';
import { type Circuit, createCircuit, type ProbeOutcome } from '../../src/circuit.ts';
import { createCircuitModel, type ModelSettings } from './circuit-model.ts';

/** What Redis and the network are like at the moment. */
export type Weather = keyof typeof WEATHERS;

const WEATHERS = {
  fair: { answers: true, commandMs: 1, probeMs: 1, probe: 'answered' },
  slow: { answers: true, commandMs: 150, probeMs: 150, probe: 'answered' },
  silent: { answers: false, commandMs: 0, probeMs: 200, probe: 'silent' },
  away: { answers: false, commandMs: 0, probeMs: 0, probe: 'unsent' },
} as const;

const MOST_LATE_COMMANDS = 8;

/** What was done on all voyages. */
export const log = {
  steps: 0,
  refused: 0,
  probes: 0,
  opened: { failures: 0, 'failure-rate': 0, 'slow-calls': 0, probe: 0, manual: 0 },
};

/**
 * A circuit and its model in the same weather: each step of one is a step of the other, and ends in a comparison.
 * Timers must be fake, and their clocks at 0.
 */
export function createVoyage(settings: ModelSettings) {
  let weather: Weather = 'fair';
  let probesUnderWay = 0;
  let outcomes: ProbeOutcome[] = [];
  let hasNews = false;
  const lateCommands: number[] = [];
  const model = createCircuitModel(settings);
  const now = () => performance.now();

  function probe(): Promise<ProbeOutcome> {
    model.tick(now());
    hold(model.phase === 'half-open', `a probe while ${model.phase}`);
    log.probes += 1;
    probesUnderWay += 1;
    hasNews = true;
    hold(probesUnderWay <= settings.probes, `${probesUnderWay} probes at once`);
    const { probe: outcome, probeMs } = WEATHERS[weather];
    return new Promise((resolve) => {
      setTimeout(() => {
        resolve(outcome);
        outcomes.push(outcome === 'answered' && probeMs > settings.slowCallMs ? 'silent' : outcome);
        probesUnderWay -= 1;
        hasNews = true;
      }, probeMs);
    });
  }

  /** Only now: promises that were settled while fake time ran are followed up when it stands still. */
  function tellModel(): void {
    if (probesUnderWay > 0 || outcomes.length === 0) return;
    model.tick(now());
    model.probed(now(), outcomes);
    outcomes = [];
  }

  const circuit: Circuit = createCircuit(
    { ...settings, random: () => settings.random, probe },
    {
      onOpened({ cause }) {
        log.opened[cause] += 1;
      },
      onHalfOpened() {},
      onClosed() {},
    },
  );

  function compare(): void {
    const { state, nextProbeAt } = circuit.control;
    model.tick(now());
    hold(state === (model.phase === 'isolated' ? 'open' : model.phase), `${state}, but the model ${model.phase}`);
    hold(circuit.isClosed() === (state === 'closed'), `commands are let through while ${state}`);
    hold((nextProbeAt ?? Number.POSITIVE_INFINITY) === model.dueAt, `a probe at ${nextProbeAt}, not ${model.dueAt}`);
    // No state holds for ever: half-open waits for a probe that is under way, open for one in the near future.
    hold(state !== 'half-open' || probesUnderWay > 0, 'half-open without a probe');
    hold(model.phase !== 'open' || model.dueAt - now() <= settings.longestResetMs, 'open for too long');
  }

  function answer(tookMs: number): void {
    circuit.answered(now(), tookMs);
    model.answered(now(), tookMs);
  }

  function fail(sentAt: number): void {
    circuit.failed(sentAt);
    model.failed(now(), sentAt);
  }

  /** Most commands end at once; some later, when the weather and the circuit may have changed. */
  function send(dice: number): void {
    const { answers, commandMs } = WEATHERS[weather];
    if (dice % 13 === 0 && lateCommands.length < MOST_LATE_COMMANDS) lateCommands.push(now());
    else if (answers) answer(dice % 29 === 0 ? 150 : commandMs);
    else fail(now());
  }

  function endLateCommand(): void {
    const sentAt = lateCommands.shift();
    if (sentAt === undefined) return;
    if (weather === 'fair') answer(now() - sentAt);
    else fail(sentAt);
  }

  async function pass(ms: number): Promise<void> {
    log.steps += 1;
    vi.advanceTimersByTime(ms);
    tellModel();
    // What timers have settled is followed up in a dozen turns of the microtask queue at most.
    for (let turn = 0; hasNews && turn < 12; turn += 1) await undefined;
    hasNews = false;
    compare();
  }

  async function wait(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 20) await pass(20);
  }

  return {
    /** So many commands, of which a seed says how they end and when time passes. */
    async traffic(commands: number, seed: number): Promise<void> {
      let dice = seed;
      for (let n = 0; n < commands; n += 1) {
        dice = (Math.imul(dice, 1_664_525) + 1_013_904_223) >>> 0;
        log.steps += 1;
        if (circuit.isClosed()) send(dice >>> 8);
        else log.refused += 1;
        if ((dice >>> 8) % 11 === 0) endLateCommand();
        compare();
        if (dice >>> 30 === 0) await pass(1);
      }
    },
    wait,
    turn(next: Weather): void {
      weather = next;
    },
    connect(): void {
      model.tick(now());
      circuit.connected();
      model.connected(now());
      compare();
    },
    isolate(): void {
      circuit.control.open('by hand');
      model.isolate();
      compare();
    },
    force(): void {
      circuit.control.close();
      model.force(now());
      compare();
    },
    /** In fair weather it closes with no command to help it, unless it was opened by hand. */
    async arrive(): Promise<void> {
      weather = 'fair';
      const { longestResetMs } = settings;
      await wait(longestResetMs * 2 + 500);
      hold(circuit.isClosed() || model.phase === 'isolated', `still ${circuit.control.state}`);
      circuit.shutdown();
    },
  };
}

export type Voyage = ReturnType<typeof createVoyage>;

function hold(isTrue: boolean, otherwise: string): void {
  if (!isTrue) throw new Error(`It is ${otherwise}.`);
}
