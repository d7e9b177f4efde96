import { parentPort, workerData } from 'node:worker_threads';
import type { Series } from '../market/bars.ts';
import { type TrainingOrder, trainModel } from './training.ts';

const { order, series } = workerData as { order: TrainingOrder; series: Series };
parentPort?.postMessage(trainModel(order, series));
