import type { Pair } from './market/pairs.ts';
import type { ModelName } from './models/regressors.ts';

/** The names under which cached things are invalidated, in one place: who caches and who invalidates must agree. */
export const tags = Object.freeze({
  price: (pair: Pair) => `price:${pair}`,
  orderBook: (pair: Pair) => `orderbook:${pair}`,
  indicators: (pair: Pair) => `indicators:${pair}`,
  predictions: (pair: Pair) => `predictions:${pair}`,
  model: (model: ModelName) => `model:${model}`,
});
