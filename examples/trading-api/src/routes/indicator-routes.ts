import { httpCache } from '@breakwater/http-cache/express';
import express, { type Router } from 'express';
import type { Domain } from '../domain.ts';
import { notEnoughData } from '../errors.ts';
import { expectIndicator, expectPair, expectQueryInteger } from '../http/input.ts';
import type { Figures } from '../indicators/figures.ts';
import { closesNeeded, DEFAULT_PERIODS, INDICATORS } from '../indicators/indicators.ts';
import type { Pair } from '../market/pairs.ts';
import type { Settings } from '../settings.ts';
import { tags } from '../tags.ts';
import { audience, ofPair, pathAnd, replayed } from './answers.ts';

const PERIOD = { min: 2, max: 200 };

/**
 * Indicators are cached twice, for two reasons. The response, because most requests ask for the same. The figure in it,
 * because several responses share it: one indicator, all of them, a period that is spelled out or left to its default.
 */
export function createIndicatorRoutes(domain: Domain, figures: Figures, ttlMs: Settings['ttlMs']): Router {
  const { clock, feed } = domain;
  const router = express.Router();
  const cached = httpCache.route({
    name: 'indicators',
    ttl: ttlMs.indicator,
    tags: ofPair(tags.indicators),
    key: pathAnd('period'),
    audience,
  });

  router.get('/:pair', cached, async (request, response) => {
    const pair = expectPair(request.params.pair);
    const values = await Promise.all(INDICATORS.map((name) => figures.of(pair, name, DEFAULT_PERIODS[name])));
    const indicators = Object.fromEntries(INDICATORS.map((name, index) => [name, values[index]]));
    response.json(replayed(clock, { pair, date: lastClosedDate(pair), periods: DEFAULT_PERIODS, indicators }));
  });

  router.get('/:pair/:name', cached, async (request, response) => {
    const pair = expectPair(request.params.pair);
    const indicator = expectIndicator(request.params.name);
    const rule = { ...PERIOD, default: DEFAULT_PERIODS[indicator] };
    const period = expectQueryInteger('period', request.query.period, rule);
    const value = await figures.of(pair, indicator, period);
    if (value === undefined) throw notEnoughData(indicator, period, closesNeeded(indicator, period));
    response.json(replayed(clock, { pair, indicator, period, date: lastClosedDate(pair), value }));
  });

  function lastClosedDate(pair: Pair): string | undefined {
    return feed.closedDays(pair, clock.now()).at(-1)?.date;
  }

  return router;
}
