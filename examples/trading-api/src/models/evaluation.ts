import type { Sample } from './features.ts';
import type { Predict } from './regressors.ts';

/** How good a model is on days it was not trained on, beside the figures of knowing nothing. */
export interface Evaluation {
  readonly samples: number;
  /** Mean distance between the foretold and the real return. */
  readonly meanAbsoluteError: number;
  /** The part of the days whose direction was right, 0 to 1. */
  readonly directionalAccuracy: number;
  /** The same two for "nothing will change" and for "always up". */
  readonly baseline: { readonly meanAbsoluteError: number; readonly directionalAccuracy: number };
}

export function evaluate(predict: Predict, samples: readonly Sample[]): Evaluation {
  const pairs = samples.map(({ features, target }) => ({ predicted: predict(features), target }));
  return {
    samples: samples.length,
    meanAbsoluteError: mean(pairs.map(({ predicted, target }) => Math.abs(predicted - target))),
    directionalAccuracy: mean(pairs.map(({ predicted, target }) => Number(predicted > 0 === target > 0))),
    baseline: {
      meanAbsoluteError: mean(samples.map(({ target }) => Math.abs(target))),
      directionalAccuracy: mean(samples.map(({ target }) => Number(target > 0))),
    },
  };
}

/** Rounded to six digits, which is more than a model of this kind knows. */
function mean(values: readonly number[]): number {
  return Number((values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(6));
}
