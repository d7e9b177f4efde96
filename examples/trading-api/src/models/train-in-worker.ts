import { Worker } from 'node:worker_threads';
import type { Series } from '../market/bars.ts';
import type { TrainedModel, TrainingOrder } from './training.ts';

// As .ts in the source, as .js where it is built.
const WORKER = import.meta.url.endsWith('.ts')
  ? new URL('training-worker.ts', import.meta.url)
  : new URL('./training-worker.js', import.meta.url);

/**
 * Trains beside the event loop. On it, half a second of arithmetic would make every Redis command under way miss its
 * deadline, and the pool would think Redis sick.
 */
export function trainInWorker(order: TrainingOrder, series: Series): Promise<TrainedModel> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(WORKER, { workerData: { order, series } });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`The training of ${order.model} ended early with code ${code}.`)));
  });
}
