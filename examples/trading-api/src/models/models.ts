import { randomUUID } from 'node:crypto';
import type { Ledger, LedgerEntry } from '../ledger/book.ts';
import type { Series } from '../market/bars.ts';
import { findModel, MODELS, type ModelName, type Predict, REGRESSORS } from './regressors.ts';
import { trainInWorker } from './train-in-worker.ts';
import { TRAINING_LIMITS, type TrainedModel, type TrainingOrder } from './training.ts';

/** A training that took place. The ledger's newest one says which model every instance is to use. */
export interface Training extends LedgerEntry, TrainingOrder {
  /** 1 is the model of the start, every retraining is one more. */
  readonly version: number;
}

export interface Model extends TrainedModel {
  readonly training: Training;
  readonly predict: Predict;
}

export interface Models {
  /** The newest model. Where another instance has retrained it, it is trained here by the same order first. */
  current(name: ModelName): Promise<Model>;
  /** Whether a retraining of this model is under way here. */
  isRetraining(name: ModelName): boolean;
  /** @returns the new model, and whether other instances will follow. */
  retrain(order: TrainingOrder, nowMs: number): Promise<{ readonly model: Model; readonly durable: boolean }>;
}

interface Loaded {
  readonly training: Training;
  readonly model: Promise<Model>;
}

/** Resolves when every model is trained. */
export async function createModels(series: Series, ledger: Ledger<Training>): Promise<Models> {
  /** What the ledger said last; it holds where the ledger has lost it. */
  const inUse = new Map<ModelName, Training>();
  /** The last two of a name: while one is being trained, the one before it still answers. */
  const loaded = new Map<ModelName, readonly Loaded[]>();
  const retraining = new Set<ModelName>();
  const loadedOf = (name: ModelName) => loaded.get(name) ?? [];

  async function train(training: Training): Promise<Model> {
    const trained = await trainInWorker(training, series);
    return { ...trained, training, predict: REGRESSORS[training.model].load(trained.learned) };
  }

  function modelOf(training: Training): Promise<Model> {
    const { id, model: name } = training;
    const known = loadedOf(name).find((one) => one.training.id === id);
    if (known) return known.model;
    const added: Loaded = { training, model: train(training) };
    loaded.set(name, [added, ...loadedOf(name)].slice(0, 2));
    const forget = () =>
      loaded.set(
        name,
        loadedOf(name).filter((one) => one !== added),
      );
    // The caller hears of the failure; the next caller tries again.
    added.model.catch(forget);
    return added.model;
  }

  async function current(name: ModelName): Promise<Model> {
    const [newest = inUse.get(name) ?? firstTraining(name)] = await ledger.recent(name, 1);
    inUse.set(name, newest);
    return modelOf(newest);
  }

  await Promise.all(MODELS.map(current));

  return {
    current,
    isRetraining: (name) => retraining.has(name),
    async retrain(order, nowMs) {
      retraining.add(order.model);
      try {
        const { version } = (await current(order.model)).training;
        const training = { ...order, id: randomUUID(), at: new Date(nowMs).toISOString(), version: version + 1 };
        const model = await modelOf(training);
        return { model, durable: await ledger.append(order.model, training) };
      } finally {
        retraining.delete(order.model);
      }
    },
  };
}

function firstTraining(model: ModelName): Training {
  const { window, seed } = TRAINING_LIMITS;
  return { id: 'start', at: new Date(0).toISOString(), model, version: 1, window: window.default, seed: seed.default };
}

/** Tells a stored training from anything else; what it orders is done, so its limits are held here too. */
export function isTraining(value: unknown): value is Training {
  const { id, at, model, version, window, seed } = (value ?? {}) as Partial<Record<keyof Training, unknown>>;
  return (
    typeof id === 'string' &&
    typeof at === 'string' &&
    typeof model === 'string' &&
    findModel(model) === model &&
    Number.isSafeInteger(version) &&
    within(window, TRAINING_LIMITS.window) &&
    within(seed, TRAINING_LIMITS.seed)
  );
}

function within(value: unknown, { min, max }: { readonly min: number; readonly max: number }): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
}
