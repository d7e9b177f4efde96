import { createHistogram, quantileOf } from '@breakwater/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMMAND_KINDS } from './command-kinds.ts';
import { createLatency } from './latency.ts';

describe('the latency', () => {
  it('of all commands is the sum of those of each kind', () => {
    const record = fc.tuple(fc.constantFrom(...COMMAND_KINDS), fc.double({ min: 0, max: 10_000, noNaN: true }));
    fc.assert(
      fc.property(fc.array(record), (records) => {
        const latency = createLatency();
        const all = createHistogram();
        for (const [kind, ms] of records) {
          latency.record(kind, ms);
          all.record(ms);
        }
        const { latencyMs, latencyByKindMs } = latency.snapshot();
        expect(latencyMs).toMatchObject({ counts: all.snapshot().counts, count: records.length });
        expect(latencyMs.sum).toBeCloseTo(all.snapshot().sum, 6);
        for (const kind of COMMAND_KINDS) {
          expect(latencyByKindMs[kind].count).toBe(records.filter(([other]) => other === kind).length);
        }
      }),
    );
  });

  it('has percentiles of each kind, untouched by the others', () => {
    const latency = createLatency();
    for (let n = 0; n < 100; n += 1) latency.record('read', 0.2);
    for (let n = 0; n < 100; n += 1) latency.record('script', 90);
    const { latencyByKindMs } = latency.snapshot();
    expect(quantileOf(latencyByKindMs.read, 0.99)).toBeLessThanOrEqual(0.25);
    expect(quantileOf(latencyByKindMs.script, 0.5)).toBeGreaterThan(50);
    expect(quantileOf(latencyByKindMs.write, 0.99)).toBe(0);
  });

  it('of late follows a change within some dozen commands, and is not upset by a single one', () => {
    const latency = createLatency();
    expect(latency.snapshot().recentLatencyMs).toBe(0);
    latency.record('read', 1);
    expect(latency.snapshot().recentLatencyMs).toBe(1);
    latency.record('read', 21);
    expect(latency.snapshot().recentLatencyMs).toBe(2);
    for (let n = 0; n < 100; n += 1) latency.record('write', 10);
    expect(latency.snapshot().recentLatencyMs).toBeCloseTo(10, 0);
  });
});
