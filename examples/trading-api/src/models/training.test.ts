import { describe, expect, it } from 'vitest';
import { readSeries } from '../market/bars.ts';
import { evaluate } from './evaluation.ts';
import { featuresOf, samplesOf } from './features.ts';
import { REGRESSORS } from './regressors.ts';
import { trainInWorker } from './train-in-worker.ts';
import { trainModel } from './training.ts';

const series = await readSeries();

describe('features', () => {
  it('describe a day by the past alone', () => {
    const days = series['AAPL-USD'].slice(0, 40);
    const [first] = samplesOf(days);
    expect(first?.date).toBe(days[19]?.date);
    expect(first?.features).toEqual(featuresOf(days.slice(0, 20)));
    expect(first?.target).toBeCloseTo((days[20]?.close ?? 0) / (days[19]?.close ?? 1) - 1, 12);
    expect(featuresOf(days.slice(0, 19))).toBeUndefined();
  });

  it('are the same at any price level', () => {
    const days = series['AAPL-USD'].slice(0, 20);
    const tenfold = days.map(({ open, high, low, close, ...rest }) => ({
      ...rest,
      open: open * 10,
      high: high * 10,
      low: low * 10,
      close: close * 10,
    }));
    const scaled = featuresOf(tenfold);
    for (const [index, feature] of (featuresOf(days) ?? []).entries()) expect(scaled?.[index]).toBeCloseTo(feature, 12);
  });
});

describe('training', () => {
  it('finds a line that is there', () => {
    const samples = Array.from({ length: 50 }, (_, index) => {
      const features = [index / 10, (index * 7) % 5];
      return { features, target: 2 * (features[0] ?? 0) - 0.5 * (features[1] ?? 0) + 1, date: '' };
    });
    const predict = REGRESSORS.linear.load(REGRESSORS.linear.fit(samples, 1));
    expect(predict([3, 2])).toBeCloseTo(6, 9);
    expect(evaluate(predict, samples)).toMatchObject({ meanAbsoluteError: 0, directionalAccuracy: 1 });
  });

  it('gives the same model for the same order, and another forest for another seed', () => {
    const order = { model: 'forest', window: 60, seed: 7 } as const;
    const model = trainModel(order, series);
    expect(trainModel(order, series)).toEqual(model);
    expect(trainModel({ ...order, seed: 8 }, series).learned).not.toEqual(model.learned);
  });

  it('judges a model only by days later than those it learned from', () => {
    const { evaluation, trainedOn } = trainModel({ model: 'linear', window: 250, seed: 7 }, series);
    const later = Object.entries(trainedOn).flatMap(([pair, { to }]) =>
      samplesOf(series[pair as keyof typeof series]).filter((sample) => sample.date > to),
    );
    expect(evaluation.samples).toBe(later.length);
    expect(evaluation.samples).toBeGreaterThan(1000);
    expect(evaluation.baseline.meanAbsoluteError).toBeGreaterThan(0);
  });

  it('in a worker gives what it gives here', async () => {
    const order = { model: 'forest', window: 60, seed: 7 } as const;
    expect(await trainInWorker(order, series)).toEqual(trainModel(order, series));
  });
});
