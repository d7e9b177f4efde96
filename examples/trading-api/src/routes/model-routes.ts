import { httpCache } from '@breakwater/http-cache/express';
import express, { type Request, type Router } from 'express';
import type { Domain } from '../domain.ts';
import { alreadyTraining } from '../errors.ts';
import { expectBody, expectInteger, expectModel, expectPair } from '../http/input.ts';
import { readJsonBody } from '../http/json-body.ts';
import { requireRole } from '../http/require-login.ts';
import { predictNextDay } from '../models/prediction.ts';
import { findModel } from '../models/regressors.ts';
import { TRAINING_LIMITS } from '../models/training.ts';
import type { Settings } from '../settings.ts';
import { tags } from '../tags.ts';
import { audience, ofPair, pathOnly, replayed } from './answers.ts';

export function createModelRoutes(domain: Domain, ttlMs: Settings['ttlMs']): Router {
  const { clock, events, feed, models } = domain;
  const router = express.Router();

  router.get(
    '/predict/:model/:pair',
    httpCache.route({ name: 'predictions', ttl: ttlMs.prediction, tags: tagsOfPrediction, key: pathOnly, audience }),
    async (request, response) => {
      const name = expectModel(request.params.model);
      const pair = expectPair(request.params.pair);
      const prediction = predictNextDay(await models.current(name), pair, feed.closedDays(pair, clock.now()));
      response.json(replayed(clock, { pair, ...prediction }));
    },
  );

  router.post('/models/:model/retrain', requireRole('admin'), ...readJsonBody, async (request, response) => {
    const model = expectModel(request.params.model);
    const body = expectBody(request.body, ['window', 'seed']);
    const window = expectInteger('window', body.window, TRAINING_LIMITS.window);
    const seed = expectInteger('seed', body.seed, TRAINING_LIMITS.seed);
    if (models.isRetraining(model)) throw alreadyTraining(model);

    const retrained = await models.retrain({ model, window, seed }, clock.now());
    const { training, trainedOn, evaluation } = retrained.model;
    await events.publish('model:retrained', { model, version: training.version });
    response.json({
      model,
      version: training.version,
      window,
      seed,
      trainedOn,
      evaluation,
      durable: retrained.durable,
    });
  });

  return router;
}

/** A prediction is untrue when its pair trades, and when its model is another one. */
function tagsOfPrediction(request: Request): readonly string[] {
  const model = findModel(String(request.params.model));
  return [...ofPair(tags.predictions)(request), ...(model ? [tags.model(model)] : [])];
}
