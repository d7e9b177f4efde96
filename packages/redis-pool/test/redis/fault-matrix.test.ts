import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from './fault-matrix/fault.ts';
import { type LoopWatch, watchLoop } from './fault-matrix/loop-watch.ts';
import { BLOCKED_MS, type Finding, measureFault } from './fault-matrix/measure-fault.ts';
import { networkFaults } from './fault-matrix/network-faults.ts';
import { faultsIn, pageOf } from './fault-matrix/page.ts';
import { standaloneFaults } from './fault-matrix/standalone-faults.ts';
import { topologyFaults } from './fault-matrix/topology-faults.ts';

/** Written from what was seen when UPDATE_DOCS=1; otherwise it must at least have the same rows. */
const PAGE = new URL('../../../../docs/fault-matrix.md', import.meta.url);
const SETTLED_WITHIN_MS = 50;
const RECOVERED_WITHIN_MS = 10_000;
const faults: readonly Fault[] = [...standaloneFaults, ...networkFaults, ...topologyFaults];

describe('the fault matrix', () => {
  const findings = new Map<Fault, Finding>();
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  let loop: LoopWatch;
  beforeAll(() => {
    process.on('unhandledRejection', note);
    loop = watchLoop();
  });
  afterAll(() => {
    process.off('unhandledRejection', note);
    loop.stop();
    expect(unhandled).toEqual([]);
  });

  it.concurrent.each(faults)('$name', { timeout: 120_000 }, async (fault) => {
    const finding = await measureFault(fault, loop);
    findings.set(fault, finding);
    expect(finding).toMatchObject({ failuresBeforeTheFault: [], neverSettled: 0, executedTwice: [] });
    expect(finding.worstOverrunMs).toBeLessThanOrEqual(SETTLED_WITHIN_MS);
    expect(finding.circuit.state).toBe('closed');
    if (fault.circuit === 'opens') expect(finding.circuit.opened).toBeGreaterThan(0);
    // A process without a core misses deadlines by itself, and its proxy is as late as its pool.
    if (fault.circuit === 'stays closed' && finding.blockedMs < BLOCKED_MS) expect(finding.circuit.opened).toBe(0);
    expect(finding.recoveryMs).toBeLessThanOrEqual(RECOVERED_WITHIN_MS);
    // What the counting of doubles rests on: everything that was confirmed is found.
    expect(finding.executed).toBeGreaterThan(100);
    if (!fault.mayLoseWrites) expect(finding.confirmedAndLost).toEqual([]);
    expect(unhandled).toEqual([]);
  });

  it('has the same rows as its page', () => {
    if (process.env.UPDATE_DOCS === '1') writeFileSync(PAGE, pageOf(faults, findings));
    expect(faultsIn(readFileSync(PAGE, 'utf8'))).toEqual(faults.map(({ name }) => name));
  });
});
