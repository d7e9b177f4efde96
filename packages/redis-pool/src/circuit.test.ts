import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCircuit } from './circuit.ts';

const FAILURES = 5;
const RESET_AFTER_MS = 1000;

function start() {
  const redis = { isUp: true, probes: 0 };
  const told: string[] = [];
  const circuit = createCircuit(
    {
      failures: FAILURES,
      resetAfterMs: RESET_AFTER_MS,
      probe: async () => {
        redis.probes += 1;
        if (!redis.isUp) throw new Error('down');
      },
    },
    {
      onOpened: (consecutiveFailures) => told.push(`opened ${consecutiveFailures}`),
      onHalfOpened: (openMs) => told.push(`half-opened ${openMs}`),
      onClosed: (openMs) => told.push(`closed ${openMs}`),
    },
  );
  const fail = (times = 1) => {
    for (let n = 0; n < times; n += 1) circuit.failed(performance.now());
  };
  return { circuit, redis, told, fail };
}

/** The circuit again, in plain words and without opossum. */
function createModel() {
  let isUp = true;
  let inARow = 0;
  let probeInMs: number | undefined;
  return {
    isClosed: () => probeInMs === undefined,
    crash() {
      isUp = false;
    },
    recover() {
      isUp = true;
    },
    answer() {
      inARow = 0;
    },
    fail() {
      inARow += 1;
      if (inARow >= FAILURES) probeInMs ??= RESET_AFTER_MS;
    },
    wait(ms: number) {
      if (probeInMs === undefined) return;
      probeInMs -= ms;
      if (probeInMs > 0) return;
      if (!isUp) {
        probeInMs = RESET_AFTER_MS + (probeInMs % RESET_AFTER_MS);
        return;
      }
      probeInMs = undefined;
      inARow = 0;
    },
  };
}

describe('the circuit', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('opens at the fifth failure in a row and not before', () => {
    const { circuit, fail } = start();
    fail(4);
    expect(circuit.isClosed).toBe(true);
    fail();
    expect(circuit.isClosed).toBe(false);
    expect(circuit.state).toBe('open');
  });

  it('begins to count anew after an answer', () => {
    const { circuit, fail } = start();
    fail(4);
    circuit.answered(performance.now());
    fail(4);
    expect(circuit.isClosed).toBe(true);
  });

  it('does not count the failure of a command that others have overtaken with answers', () => {
    const { circuit } = start();
    const sentAt = performance.now();
    vi.advanceTimersByTime(10);
    circuit.answered(performance.now());
    for (let n = 0; n < 50; n += 1) circuit.failed(sentAt);
    expect(circuit.isClosed).toBe(true);
  });

  it('probes once when the reset time is over, and closes when Redis answers', async () => {
    const { circuit, redis, told, fail } = start();
    fail(5);
    await vi.advanceTimersByTimeAsync(RESET_AFTER_MS - 1);
    expect(redis.probes).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(redis.probes).toBe(1);
    expect(circuit.isClosed).toBe(true);
    expect(told).toEqual(['opened 5', 'half-opened 1000', 'closed 1000']);
  });

  it('opens again for every probe that fails, and counts the time from the first opening', async () => {
    const { redis, told, fail } = start();
    redis.isUp = false;
    fail(5);
    await vi.advanceTimersByTimeAsync(RESET_AFTER_MS);
    redis.isUp = true;
    await vi.advanceTimersByTimeAsync(RESET_AFTER_MS);
    expect(told).toEqual(['opened 5', 'half-opened 1000', 'opened 6', 'half-opened 2000', 'closed 2000']);
  });

  it('leaves no timer behind after its shutdown, in whatever state that comes', async () => {
    for (const moment of [0, RESET_AFTER_MS / 2, RESET_AFTER_MS]) {
      const { circuit, redis, fail } = start();
      redis.isUp = false;
      fail(5);
      await vi.advanceTimersByTimeAsync(moment);
      circuit.shutdown();
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  it('behaves as its model does, and has no state it does not leave when Redis is back', async () => {
    const step = fc.record({
      kind: fc.constantFrom('fail', 'fail', 'fail', 'answer', 'wait', 'crash', 'recover'),
      ms: fc.integer({ min: 1, max: 2500 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { circuit, redis } = start();
        const model = createModel();
        const take = {
          fail: () => circuit.failed(performance.now()),
          answer: () => circuit.answered(performance.now()),
          wait: async (ms: number) => void (await vi.advanceTimersByTimeAsync(ms)),
          crash() {
            redis.isUp = false;
          },
          recover() {
            redis.isUp = true;
          },
        };
        for (const { kind, ms } of steps) {
          model[kind](ms);
          await take[kind](ms);
          expect(circuit.isClosed).toBe(model.isClosed());
        }
        redis.isUp = true;
        await vi.advanceTimersByTimeAsync(RESET_AFTER_MS);
        expect(circuit.state).toBe('closed');
        circuit.shutdown();
      }),
    );
  });
});
