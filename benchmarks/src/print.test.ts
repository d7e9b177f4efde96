import { describe, expect, it } from 'vitest';
import { listTopics, printResult } from './print.ts';
import type { Result } from './result.ts';
import { spreadOf } from './statistics.ts';

const exactly = (value: number) => spreadOf([value]);

const RESULT: Result = {
  topic: 'http',
  question: 'What does a hit cost?',
  reference: 'express',
  measuredAt: '2026-01-02T03:04:05.000Z',
  machine: { node: 'v24.0.0', platform: 'linux-x64', cpu: 'Some CPU', cores: 2, memoryGiB: 4, commit: 'abc' },
  loadAverage: { before: 0.5, after: 1.5 },
  load: 'wrk 4.1.0, 64 connections, 2048 byte body',
  plan: { rounds: 3, sliceSeconds: 2, warmUpSeconds: 1 },
  cases: [
    {
      name: 'express',
      about: 'the reference',
      ratio: exactly(1),
      cpuRatio: exactly(1),
      perSecond: exactly(20_000),
      cpuMicros: exactly(50),
      busy: exactly(1),
      latencyMs: { p50: exactly(1.5), p99: exactly(9) },
      rounds: [],
    },
    {
      name: 'hit',
      about: 'ours',
      ratio: spreadOf([0.8, 0.9, 0.95]),
      cpuRatio: spreadOf([0.7, 0.71, 0.72]),
      perSecond: exactly(18_000),
      cpuMicros: exactly(9.8765),
      busy: exactly(0.5),
      latencyMs: { p50: exactly(2), p99: exactly(10) },
      rounds: [],
    },
  ],
  verdicts: [
    { case: 'hit', against: 'express', atLeast: 0.85, because: 'promised', ratio: spreadOf([0.8, 0.9]), met: true },
    { case: 'hit', against: 'express', atMost: 0.7, because: 'wished', ratio: spreadOf([0.8, 0.9]), met: false },
  ],
};

describe('a printed result', () => {
  const printed = printResult(RESULT);

  it('says what it was measured with', () => {
    expect(printed).toContain('Node v24.0.0 · 2 x Some CPU · load average 0.5 before, 1.5 after');
    expect(printed).toContain('wrk 4.1.0, 64 connections, 2048 byte body · 3 interleaved rounds of 2 s');
  });

  it('gives every case its ratio with the range, and the absolute figures beside it', () => {
    expect(printed).toMatch(/^express +1 +20,000 +1\.50 +9\.00 +- +50\.0 +1 +the reference$/m);
    expect(printed).toMatch(
      /^hit +0\.90 \[0\.80\.\.0\.95\] +18,000 +2\.00 +10\.00 +- +9\.877 +0\.71 \[0\.70\.\.0\.72\] +ours$/m,
    );
  });

  it('warns of a case that waited for its load, and of no other', () => {
    expect(printed.match(/^! .*$/gm)).toEqual(['! hit used only 50 % of a core: something else was the limit.']);
  });

  it('says how many slices were disturbed by other machines, and how much', () => {
    const sample = { perSecond: 1, cpuMicros: 1, busy: 1, ratio: 1 };
    const rounds = [0, 0.02, 0.3, 0.1].map((stolen) => ({ ...sample, stolen }));
    const disturbed = printResult({ ...RESULT, cases: RESULT.cases.map((one) => ({ ...one, rounds })) });
    expect(disturbed).toContain('! In 4 of 8 slices other machines were given up to 30 % of the cores.');
    expect(printed).not.toContain('other machines');
  });

  it('says of every threshold whether it was met, with its reason', () => {
    expect(printed).toContain('met     hit / express = 0.85 [0.80..0.90], at least 0.85: promised');
    expect(printed).toContain('MISSED  hit / express = 0.85 [0.80..0.90], at most 0.7: wished');
  });
});

it('the list gives each topic its question', () => {
  const listed = listTopics([
    { name: 'http', question: 'What does a hit cost?' },
    { name: 'memory', question: 'And without HTTP?' },
  ]);
  expect(listed).toContain('  http    What does a hit cost?\n  memory  And without HTTP?');
});
