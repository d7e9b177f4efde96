import type { Series } from '../market/bars.ts';
import { PAIRS, type Pair } from '../market/pairs.ts';
import { type Evaluation, evaluate } from './evaluation.ts';
import { type Sample, samplesOf } from './features.ts';
import { type ModelName, REGRESSORS } from './regressors.ts';

/** What determines a model completely: the same order on the same series gives the same model on every instance. */
export interface TrainingOrder {
  readonly model: ModelName;
  /** Days of each series to learn from: the last ones of its training part. */
  readonly window: number;
  readonly seed: number;
}

/** The limits of an order. A window is a trading year unless told otherwise. */
export const TRAINING_LIMITS = Object.freeze({
  window: { min: 50, max: 500, default: 250 },
  seed: { min: 0, max: 2 ** 31 - 1, default: 7 },
});

/** Plain data: it comes from a worker. */
export interface TrainedModel {
  readonly learned: unknown;
  readonly evaluation: Evaluation;
  /** By pair, the first and last day learned from. */
  readonly trainedOn: Readonly<Record<Pair, { readonly from: string; readonly to: string }>>;
}

/** The older part of each series may be learned from, the rest judges. */
const TRAINING_PART = 0.8;

export function trainModel(order: TrainingOrder, series: Series): TrainedModel {
  const regressor = REGRESSORS[order.model];
  const parts = PAIRS.map((pair) => ({ pair, ...split(samplesOf(series[pair]), order.window) }));
  const learned = regressor.fit(
    parts.flatMap((part) => part.training),
    order.seed,
  );
  return {
    learned,
    evaluation: evaluate(
      regressor.load(learned),
      parts.flatMap((part) => part.judging),
    ),
    trainedOn: Object.fromEntries(
      parts.map(({ pair, training }) => [pair, { from: training[0]?.date, to: training.at(-1)?.date }]),
    ) as TrainedModel['trainedOn'],
  };
}

function split(samples: readonly Sample[], window: number): { training: Sample[]; judging: Sample[] } {
  const border = Math.floor(samples.length * TRAINING_PART);
  return { training: samples.slice(Math.max(0, border - window), border), judging: samples.slice(border) };
}
