import { RandomForestRegression } from 'ml-random-forest';
import LinearRegression from 'ml-regression-multivariate-linear';
import type { Sample } from './features.ts';

export const MODELS = ['forest', 'linear'] as const;

export type ModelName = (typeof MODELS)[number];

export type Predict = (features: readonly number[]) => number;

/** A way to learn from samples. What it learned is plain data, so that it can cross from a worker. */
export interface Regressor {
  fit(samples: readonly Sample[], seed: number): unknown;
  load(learned: unknown): Predict;
}

// Training a tree takes time in the square of its samples: twelve shallow ones learn a year in under half a second.
const FOREST = { nEstimators: 12, maxFeatures: 0.7, treeOptions: { maxDepth: 3, minNumSamples: 20 }, noOOB: true };

export const REGRESSORS: Readonly<Record<ModelName, Regressor>> = {
  forest: {
    fit(samples, seed) {
      const forest = new RandomForestRegression({ ...FOREST, seed });
      forest.train(inputs(samples), targets(samples));
      return JSON.parse(JSON.stringify(forest));
    },
    load(learned) {
      const forest = RandomForestRegression.load(learned as Parameters<typeof RandomForestRegression.load>[0]);
      return (features) => forest.predict([[...features]])[0] ?? 0;
    },
  },
  linear: {
    // Least squares has one answer, whatever the seed.
    fit(samples) {
      const outputs = targets(samples).map((target) => [target]);
      return new LinearRegression(inputs(samples), outputs, { statistics: false }).toJSON();
    },
    load(learned) {
      const line = LinearRegression.load(learned as Parameters<typeof LinearRegression.load>[0]);
      return (features) => line.predict([...features])[0] ?? 0;
    },
  },
};

export function findModel(text: string): ModelName | undefined {
  return MODELS.find((name) => name === text.toLowerCase());
}

function inputs(samples: readonly Sample[]): number[][] {
  return samples.map((sample) => [...sample.features]);
}

function targets(samples: readonly Sample[]): number[] {
  return samples.map((sample) => sample.target);
}
