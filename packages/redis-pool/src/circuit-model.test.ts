import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import type { ModelSettings } from '../test/model/circuit-model.ts';
import { createVoyage, log, type Voyage, type Weather } from '../test/model/voyage.ts';

type Leg = fc.AsyncCommand<object, Voyage>;

function leg(name: string, sail: (voyage: Voyage) => Promise<void> | void): Leg {
  return { check: () => true, run: async (_model, voyage) => sail(voyage), toString: () => name };
}

const legs: fc.Arbitrary<Leg>[] = [
  fc
    .tuple(fc.integer({ min: 1, max: 500 }), fc.nat())
    .map(([commands, seed]) => leg(`traffic(${commands}, ${seed})`, (voyage) => voyage.traffic(commands, seed))),
  fc.integer({ min: 1, max: 3000 }).map((ms) => leg(`wait(${ms})`, (voyage) => voyage.wait(ms))),
  fc
    .constantFrom<Weather>('fair', 'fair', 'slow', 'silent', 'away')
    .map((weather) => leg(`turn(${weather})`, (voyage) => voyage.turn(weather))),
  fc
    .constantFrom<'isolate' | 'force' | 'connect'>(
      'isolate',
      'force',
      'force',
      'force',
      'connect',
      'connect',
      'connect',
    )
    .map((turn) => leg(turn, (voyage) => voyage[turn]())),
];

const settingsOf: fc.Arbitrary<ModelSettings> = fc.record({
  failures: fc.integer({ min: 1, max: 20 }),
  failureRate: fc.double({ min: 0.05, max: 1, noNaN: true }),
  slowCallRate: fc.double({ min: 0.05, max: 1, noNaN: true }),
  slowCallMs: fc.constantFrom(100, Number.POSITIVE_INFINITY),
  windowMs: fc.integer({ min: 10, max: 500 }),
  minimumCalls: fc.integer({ min: 1, max: 100 }),
  resetAfterMs: fc.integer({ min: 1, max: 500 }),
  // Whole, so that the model's repeated multiplication and a power agree to the last bit.
  resetFactor: fc.integer({ min: 1, max: 4 }),
  longestResetMs: fc.integer({ min: 500, max: 2000 }),
  probes: fc.integer({ min: 1, max: 5 }),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});

it('the circuit does as its model for millions of steps, and closes by itself when Redis answers', async () => {
  const voyages = fc.asyncProperty(
    settingsOf,
    fc.commands(legs, { maxCommands: 60, size: 'max' }),
    async (settings, commands) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'], now: 0 });
      try {
        const voyage = createVoyage(settings);
        await fc.asyncModelRun(() => ({ model: {}, real: voyage }), commands);
        await voyage.arrive();
      } finally {
        vi.useRealTimers();
      }
      // Fake time passes without a turn of the event loop, and on a busy machine the test runner takes that for a hang.
      await new Promise(setImmediate);
    },
  );
  await fc.assert(voyages, { numRuns: 1200 });
  console.info(`Steps of the circuit and its model: ${JSON.stringify(log)}`);
  expect(log.steps).toBeGreaterThan(2_000_000);
  // Nothing of this was idle: commands were refused, probes sent, and every cause opened the circuit.
  for (const count of [log.refused, log.probes, ...Object.values(log.opened)]) expect(count).toBeGreaterThan(50);
}, 240_000);
