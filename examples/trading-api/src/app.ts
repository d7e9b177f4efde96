import { createWarmer } from '@breakwater/cache/warmer';
import { type Clock, systemClock } from '@breakwater/core';
import { monitor } from '@breakwater/monitor/express';
import { rateLimit } from '@breakwater/rate-limit/express';
import express, { type Express } from 'express';
import { createDomain } from './domain.ts';
import { answerProblems, refuseUnknownRoute } from './http/problems.ts';
import { createFigures } from './indicators/figures.ts';
import { invalidateOnEvents } from './invalidation-rules.ts';
import { type Log, logRareEvents } from './log.ts';
import { createIndicatorRoutes } from './routes/indicator-routes.ts';
import { createMarketRoutes } from './routes/market-routes.ts';
import { createModelRoutes } from './routes/model-routes.ts';
import { listRoutes } from './routes/route-list.ts';
import { createSessionRoutes } from './routes/session-routes.ts';
import { createTradeRoutes } from './routes/trade-routes.ts';
import { readSettings, type Settings } from './settings.ts';
import { createSuite, type Suite } from './suite.ts';

export { readSettings, type Settings };

export interface TradingApiOptions {
  readonly settings: Settings;
  /** Where Redis is; without it everything runs on memory tiers. */
  readonly redisUrl?: string | undefined;
  /** Where rare events are told. @default nowhere */
  readonly log?: Log;
  /** @default the system's clock */
  readonly clock?: Clock;
}

export interface TradingApi {
  /** An Express application that does not listen yet. */
  readonly app: Express;
  /** The parts of Breakwater it runs on. */
  readonly suite: Suite;
  /** Ends what the application holds open, after its server has stopped. */
  close(): Promise<void>;
}

/** Resolves when the models are trained. Redis need not be there: its absence is an outage like any other. */
export async function createTradingApi(options: TradingApiOptions): Promise<TradingApi> {
  const { settings, redisUrl, log = () => {}, clock = systemClock } = options;
  const suite = createSuite(settings, redisUrl, clock);
  logRareEvents(suite, log);
  const domain = await createDomain({ clock, redis: suite.pool, tradingDayMs: settings.tradingDayMs }).catch(
    async (error) => {
      await suite.close();
      throw error;
    },
  );
  invalidateOnEvents(domain.events, suite.cache);
  const figures = createFigures(domain, suite.cache);
  const warmer = createWarmer(suite.cache, {
    sets: settings.isWarming ? figures.warmSets(settings.ttlMs.indicator) : {},
  });
  warmer.on('warm:ended', (report) => {
    if (report.error !== undefined) log('cache:warming-failed', report);
  });
  // Not waited for: a cold cache is slower, and not worse. What fails is told, not thrown.
  void warmer.start();

  const app = express();
  app.disable('x-powered-by');
  // The response cache makes the ETags.
  app.disable('etag');
  app.set('trust proxy', [...settings.trustedProxies]);

  // From here on in the order a request walks.
  // The session goes first, because what follows asks who is there. A request without a cookie costs no Redis here, nor
  // does a forged one: its signature is checked before anything is read.
  app.use(suite.session);
  // Ahead of the limiter: a scrape and a load balancer's question are never refused. The admin pages ask for the role.
  app.use(monitor(suite.monitor));
  // Ahead of the cache: hits count too, or a limit would say nothing about how often somebody may ask.
  app.use(rateLimit(suite.limiter));
  app.use(suite.responses);

  app.get('/', listRoutes);
  app.use('/api/market', createMarketRoutes(domain, settings.ttlMs));
  app.use('/api/indicators', createIndicatorRoutes(domain, figures, settings.ttlMs));
  app.use('/api/ml', createModelRoutes(domain, settings.ttlMs));
  app.use('/api', createTradeRoutes(domain));
  app.use('/api', createSessionRoutes(domain.accounts));

  app.use(refuseUnknownRoute);
  app.use(answerProblems(log));

  return {
    app,
    suite,
    async close() {
      await warmer.stop();
      await suite.close();
    },
  };
}
