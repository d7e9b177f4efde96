import { describe, expect, it } from 'vitest';
import { createMemoryLedger } from '../ledger/memory-ledger.ts';
import { readSeries } from '../market/bars.ts';
import { createModels, isTraining, type Training } from './models.ts';
import { predictNextDay } from './prediction.ts';

const series = await readSeries();
const NOW_MS = 1_700_000_000_000;

describe('the models', () => {
  it('are trained at the start, and retraining makes the next version, which other instances follow', async () => {
    const ledger = createMemoryLedger<Training>();
    const [here, there] = await Promise.all([createModels(series, ledger), createModels(series, ledger)]);
    expect((await here.current('forest')).training.version).toBe(1);

    const { model } = await here.retrain({ model: 'forest', window: 60, seed: 11 }, NOW_MS);
    expect(model.training).toMatchObject({ version: 2, window: 60, seed: 11 });
    expect(await here.current('forest')).toBe(model);

    const followed = await there.current('forest');
    expect(followed.training).toEqual(model.training);
    expect(followed.learned).toEqual(model.learned);
    expect((await there.current('linear')).training.version).toBe(1);
  });

  it('say whether a prediction starts from a day they learned from', async () => {
    const model = await (await createModels(series, createMemoryLedger())).current('linear');
    const days = series['AAPL-USD'];
    const { to } = model.trainedOn['AAPL-USD'];
    const lastLearned = days.findIndex((day) => day.date === to) + 1;

    const seen = predictNextDay(model, 'AAPL-USD', days.slice(0, lastLearned));
    expect(seen).toMatchObject({ model: 'linear', version: 1, date: to, seenInTraining: true });
    expect(seen.direction).toBe(seen.predictedReturn > 0 ? 'up' : 'down');
    expect(predictNextDay(model, 'AAPL-USD', days.slice(0, lastLearned + 1)).seenInTraining).toBe(false);
    expect(() => predictNextDay(model, 'AAPL-USD', days.slice(0, 5))).toThrow(/too few/);
  });

  it.each([
    ['a window beyond its limit', { window: 100_000 }],
    ['an unknown model', { model: 'oracle' }],
    ['a seed that is text', { seed: '7' }],
  ])('do not follow a stored training with %s', (_, change) => {
    const training = { id: 'a', at: '2024-01-01T00:00:00Z', model: 'forest', version: 2, window: 60, seed: 7 };
    expect(isTraining(training)).toBe(true);
    expect(isTraining({ ...training, ...change })).toBe(false);
  });
});
