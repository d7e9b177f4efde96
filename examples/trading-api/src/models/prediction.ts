import type { Bar } from '../market/bars.ts';
import { toCents } from '../market/feed.ts';
import type { Pair } from '../market/pairs.ts';
import type { Evaluation } from './evaluation.ts';
import { featuresOf } from './features.ts';
import type { Model } from './models.ts';
import type { ModelName } from './regressors.ts';

/** What a model says of the day after `date`, and how far to believe it. */
export interface Prediction {
  readonly model: ModelName;
  readonly version: number;
  /** The last closed day, which the prediction starts from. */
  readonly date: string;
  readonly lastClose: number;
  /** 0.01 is one percent up. */
  readonly predictedReturn: number;
  readonly predictedClose: number;
  readonly direction: 'up' | 'down';
  /** Whether the model learned from this very day: then it remembers more than it foretells. */
  readonly seenInTraining: boolean;
  readonly evaluation: Evaluation;
}

/** @throws RangeError with fewer closed days than a model looks back. */
export function predictNextDay(model: Model, pair: Pair, closedDays: readonly Bar[]): Prediction {
  const last = closedDays.at(-1);
  const features = featuresOf(closedDays);
  if (!last || !features) throw new RangeError(`${closedDays.length} closed days of ${pair} are too few to predict.`);
  const predictedReturn = model.predict(features);
  const { from, to } = model.trainedOn[pair];
  return {
    model: model.training.model,
    version: model.training.version,
    date: last.date,
    lastClose: toCents(last.close),
    predictedReturn: Number(predictedReturn.toFixed(6)),
    predictedClose: toCents(last.close * (1 + predictedReturn)),
    direction: predictedReturn > 0 ? 'up' : 'down',
    seenInTraining: from <= last.date && last.date <= to,
    evaluation: model.evaluation,
  };
}
