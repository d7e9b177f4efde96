import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { resolveBreaker } from './breaker-options.ts';
import { type CircuitSettings, createCircuit, type ProbeOutcome } from './circuit.ts';

const FAILURES = 5;
const RESET_AFTER_MS = 1000;

function start(changes: Partial<CircuitSettings> = {}) {
  const redis = { answer: 'answered' as ProbeOutcome, probes: 0 };
  const told: string[] = [];
  const circuit = createCircuit(
    {
      ...resolveBreaker({ failures: FAILURES, resetAfter: RESET_AFTER_MS, longestReset: 4000 }),
      // As good as 1, so that every reset time is at its longest.
      random: () => 1 - Number.EPSILON,
      probe: async () => {
        redis.probes += 1;
        return redis.answer;
      },
      ...changes,
    },
    {
      onOpened: ({ cause, reason, consecutiveFailures }) =>
        told.push(`opened ${cause} ${consecutiveFailures}: ${reason}`),
      onHalfOpened: (openMs) => told.push(`half-opened ${openMs}`),
      onClosed: (openMs, cause) => told.push(`closed ${openMs} ${cause}`),
    },
  );
  const fail = (times = 1) => {
    for (let n = 0; n < times; n += 1) circuit.failed(performance.now());
  };
  const answer = (tookMs = 1) => circuit.answered(performance.now(), tookMs);
  return { circuit, control: circuit.control, redis, told, fail, answer };
}

describe('the circuit', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('opens at the fifth failure in a row and not before', () => {
    const { circuit, control, told, fail } = start();
    fail(4);
    expect([circuit.isClosed(), control.state]).toEqual([true, 'closed']);
    fail();
    expect([circuit.isClosed(), control.state]).toEqual([false, 'open']);
    expect(told).toEqual(['opened failures 5: 5 failures in a row']);
  });

  it('begins to count anew after an answer', () => {
    const { circuit, fail, answer } = start();
    fail(4);
    answer();
    fail(4);
    expect(circuit.isClosed()).toBe(true);
  });

  it('opens for the share of failures, and for that of slow answers', () => {
    const failing = start({ minimumCalls: 20 });
    const slow = start({ minimumCalls: 20, slowCallMs: 100 });
    for (let n = 0; n < 10; n += 1) {
      failing.answer();
      failing.fail();
      slow.answer(1);
      slow.answer(101);
    }
    expect(failing.control.reason).toBe('10 of 20 commands failed');
    expect(slow.control.reason).toBe('10 of 20 commands took more than 100 ms');
  });

  it('probes once when the reset time is over, and closes when Redis answers', async () => {
    const { circuit, redis, told, fail } = start();
    fail(5);
    await vi.advanceTimersByTimeAsync(RESET_AFTER_MS - 1);
    expect(redis.probes).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(redis.probes).toBe(1);
    expect(circuit.isClosed()).toBe(true);
    expect(told.slice(1)).toEqual(['half-opened 1000', 'closed 1000 probe']);
  });

  it('says since when it is open, why, and when Redis is asked next', async () => {
    const { control, fail } = start({ probe: () => new Promise(() => {}) });
    expect([control.openedAt, control.nextProbeAt, control.reason]).toEqual([undefined, undefined, undefined]);
    const now = Date.now();
    fail(5);
    expect([control.openedAt, control.nextProbeAt]).toEqual([now, now + RESET_AFTER_MS]);
    await vi.advanceTimersByTimeAsync(RESET_AFTER_MS);
    expect([control.state, control.openedAt, control.nextProbeAt]).toEqual(['half-open', now, undefined]);
  });

  it('asks at growing intervals while Redis is silent, up to the limit, and from the start after it was back', async () => {
    const { redis, told, fail } = start();
    redis.answer = 'silent';
    fail(5);
    await vi.advanceTimersByTimeAsync(1000 + 2000 + 4000 + 4000);
    redis.answer = 'answered';
    await vi.advanceTimersByTimeAsync(4000);
    fail(5);
    await vi.advanceTimersByTimeAsync(1000);
    expect(told).toEqual([
      'opened failures 5: 5 failures in a row',
      'half-opened 1000',
      'opened probe 6: a PING was not answered in time',
      'half-opened 3000',
      'opened probe 7: a PING was not answered in time',
      'half-opened 7000',
      'opened probe 8: a PING was not answered in time',
      'half-opened 11000',
      'opened probe 9: a PING was not answered in time',
      'half-opened 15000',
      'closed 15000 probe',
      'opened failures 5: 5 failures in a row',
      'half-opened 1000',
      'closed 1000 probe',
    ]);
  });

  it('asks as soon as there is a connection, where there was none to ask on', async () => {
    const { circuit, redis, told, fail } = start();
    redis.answer = 'unsent';
    fail(5);
    circuit.connected();
    await vi.advanceTimersByTimeAsync(1000 + 2000);
    expect(told.at(-1)).toBe('opened probe 7: there was no connection to send a PING on');
    await vi.advanceTimersByTimeAsync(500);
    redis.answer = 'silent';
    circuit.connected();
    await vi.advanceTimersByTimeAsync(1);
    expect(told.slice(-2)).toEqual(['half-opened 3501', 'opened probe 8: a PING was not answered in time']);
    // Silence is no want of a connection: another one is no news.
    redis.answer = 'answered';
    circuit.connected();
    await vi.advanceTimersByTimeAsync(3999);
    expect(circuit.isClosed()).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(told.at(-1)).toBe('closed 7501 probe');
    circuit.connected();
    expect([circuit.isClosed(), vi.getTimerCount()]).toEqual([true, 0]);
  });

  it('closes only when all of its probes are answered', async () => {
    const answers: ProbeOutcome[] = ['answered', 'silent', 'answered', 'answered', 'answered', 'answered'];
    const { circuit, fail } = start({ probes: 3, probe: async () => answers.shift() ?? 'silent' });
    fail(5);
    await vi.advanceTimersByTimeAsync(1000);
    expect([circuit.isClosed(), answers.length]).toEqual([false, 3]);
    await vi.advanceTimersByTimeAsync(2000);
    expect([circuit.isClosed(), answers.length]).toEqual([true, 0]);
  });

  it('takes a slow answer to a probe for none', async () => {
    let tookMs = 101;
    const probe = () => new Promise<ProbeOutcome>((resolve) => setTimeout(resolve, tookMs, 'answered'));
    const { circuit, control, fail } = start({ slowCallMs: 100, probe });
    fail(5);
    await vi.advanceTimersByTimeAsync(1000 + 101);
    expect(control.reason).toBe('a PING was not answered in time');
    tookMs = 100;
    await vi.advanceTimersByTimeAsync(2000 + 100);
    expect(circuit.isClosed()).toBe(true);
  });

  it('opened by hand refuses commands and asks nothing, until it is closed by hand', async () => {
    for (const failures of [0, 5]) {
      const { circuit, control, redis, told, fail, answer } = start();
      fail(failures);
      control.open('maintenance');
      answer();
      fail(20);
      await vi.advanceTimersByTimeAsync(3_600_000);
      expect([circuit.isClosed(), control.state, control.nextProbeAt, redis.probes]).toEqual([
        false,
        'open',
        undefined,
        0,
      ]);
      expect(control.reason).toBe('maintenance');
      control.close();
      expect([circuit.isClosed(), control.openedAt]).toEqual([true, undefined]);
      expect(told.slice(-2)).toEqual([expect.stringMatching(/^opened manual/), 'closed 3600000 manual']);
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  it('closed by hand lets commands through at once, and counts anew', () => {
    const { circuit, control, told, fail } = start();
    fail(5);
    control.close();
    expect([circuit.isClosed(), told.at(-1)]).toEqual([true, 'closed 0 manual']);
    fail(4);
    expect(circuit.isClosed()).toBe(true);
    control.close();
    fail(4);
    expect(circuit.isClosed()).toBe(true);
    fail();
    expect(circuit.isClosed()).toBe(false);
  });

  it('turned by hand while a probe is under way, does as it was told whatever comes of the probe', async () => {
    for (const outcome of ['answered', 'silent'] as const) {
      for (const turn of ['open', 'close'] as const) {
        let settle: (outcome: ProbeOutcome) => void = () => {};
        const probe = () =>
          new Promise<ProbeOutcome>((resolve) => {
            settle = resolve;
          });
        const { circuit, control, fail } = start({ probe });
        fail(5);
        await vi.advanceTimersByTimeAsync(RESET_AFTER_MS);
        control[turn]('maintenance');
        settle(outcome);
        await vi.advanceTimersByTimeAsync(RESET_AFTER_MS);
        expect(circuit.isClosed()).toBe(turn === 'close');
      }
    }
  });

  it('retired says that what it stood before is gone, and asks nobody any more', async () => {
    const { circuit, redis, told, fail } = start();
    fail(5);
    await vi.advanceTimersByTimeAsync(10);
    circuit.retire();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect([told.at(-1), redis.probes, vi.getTimerCount()]).toEqual(['closed 10 gone', 0, 0]);
  });

  it('refuses to be opened without a reason', () => {
    const { circuit, control } = start();
    expect(() => control.open(undefined as never)).toThrow('reason must be a text that is not empty, got undefined.');
    expect(circuit.isClosed()).toBe(true);
  });

  it('leaves no timer behind after its shutdown, in whatever state that comes, and is turned no more', async () => {
    for (const moment of [0, RESET_AFTER_MS / 2, RESET_AFTER_MS]) {
      const { circuit, control, redis, told, fail } = start();
      redis.answer = 'silent';
      fail(5);
      await vi.advanceTimersByTimeAsync(moment);
      circuit.shutdown();
      told.length = 0;
      control.open('late');
      control.close();
      expect([vi.getTimerCount(), told]).toEqual([0, []]);
      // Who looks at a closed pool finds its circuit closed: that it refuses commands has another reason now.
      fail(5);
      expect([control.state, control.reason, control.openedAt]).toEqual(['closed', undefined, undefined]);
    }
  });
});
