import { describe, expect, it } from 'vitest';
import { settle } from './settle.ts';
import type { Results } from './suite.ts';
import type { JudgedSuite } from './verdicts.ts';

const FAILED = ['Assertion', ''] as const;
const suites: JudgedSuite[] = [
  { tests: [{ id: 'base' }, { id: 'upon-base', depends_on: ['base'] }, { id: 'asks', kind: 'check' }] },
];
const AS_EVER: Results = { base: true, 'upon-base': true, asks: FAILED };

/** Runs that come out one after the other, the last one again and again, and which tests each was asked for. */
function inTurn(...outcomes: Results[]) {
  const asked: (readonly string[])[] = [];
  const run = async (ids: readonly string[]) => {
    asked.push(ids);
    return outcomes[Math.min(asked.length, outcomes.length) - 1] ?? {};
  };
  return { run, asked };
}

describe('results', () => {
  it('that are as they are known to be are not asked for again', async () => {
    const { run, asked } = inTurn(AS_EVER);
    expect(await settle(suites, new Set(['asks']), run)).toEqual(AS_EVER);
    expect(asked).toEqual([[]]);
  });

  it('of a required test that failed once are those of the repetition', async () => {
    const { run, asked } = inTurn({ ...AS_EVER, 'upon-base': FAILED }, AS_EVER);
    expect(await settle(suites, new Set(['asks']), run)).toEqual(AS_EVER);
    expect(asked).toEqual([[], ['upon-base', 'base']]);
  });

  it('of a check that passed once, though it does not, are as well', async () => {
    const { run, asked } = inTurn({ ...AS_EVER, asks: true }, AS_EVER);
    expect(await settle(suites, new Set(['asks']), run)).toEqual(AS_EVER);
    expect(asked).toEqual([[], ['asks']]);
  });

  it('that have truly changed are so after all repetitions', async () => {
    const changed: Results = { ...AS_EVER, base: FAILED, asks: true };
    const { run, asked } = inTurn(changed);
    expect(await settle(suites, new Set(['asks']), run)).toEqual(changed);
    expect(asked).toHaveLength(5);
  });

  it('of what a repeated test depends on are not those of the repetition, where it is the machine that fails', async () => {
    const { run } = inTurn({ ...AS_EVER, 'upon-base': FAILED }, { base: FAILED, 'upon-base': true });
    expect(await settle(suites, new Set(['asks']), run)).toEqual(AS_EVER);
  });

  it('that differ by more than a machine can be blamed for are taken as they are', async () => {
    const many: JudgedSuite[] = [{ tests: Array.from({ length: 41 }, (_, index) => ({ id: `test-${index}` })) }];
    const { run, asked } = inTurn({});
    await settle(many, new Set(), run);
    expect(asked).toHaveLength(1);
  });
});
