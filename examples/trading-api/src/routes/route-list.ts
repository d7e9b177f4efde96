import type { Request, Response } from 'express';
import { INDICATORS } from '../indicators/indicators.ts';
import { PAIRS } from '../market/pairs.ts';
import { SYMBOLS } from '../market/tokens.ts';
import { MODELS } from '../models/regressors.ts';

const WELCOME = {
  name: 'Breakwater trading API',
  about: 'Real daily prices of Apple (2013-2018) and the S&P 500 (2000-2020), replayed as if they were live.',
  pairs: PAIRS,
  symbols: SYMBOLS,
  indicators: INDICATORS,
  models: MODELS,
  demoAccounts: ['trader/trader', 'premium/premium', 'admin/admin'],
  routes: {
    'GET /api/market/price/:pair': 'the price now and the last trade',
    'GET /api/market/orderbook/:pair': 'bids and asks around it, with the placed orders',
    'GET /api/market/ohlcv/:pair?limit=100': 'the last closed days',
    'GET /api/market/tokens/:symbol': 'what a symbol stands for',
    'GET /api/indicators/:pair': 'all indicators with their usual periods',
    'GET /api/indicators/:pair/:name?period=14': 'one indicator',
    'GET /api/ml/predict/:model/:pair': "a model's return for the next day, and how good the model is",
    'POST /api/ml/models/:model/retrain': '{ window?, seed? }; role admin',
    'POST /api/trades': '{ pair, side, quantity, price? }; logged in',
    'POST /api/orders': '{ pair, side, quantity, price }; logged in',
    'POST /api/login': '{ username, password }',
    'POST /api/logout': '{}; logged in',
    'GET /health': 'for load balancers',
    'GET /metrics': 'for Prometheus',
    'GET /api/admin/cache/stats': 'hit rates, memory, recommendations; role admin',
    'GET /api/admin/cache/health': 'healthy, degraded or unhealthy, and why; role admin',
    'GET /api/admin/cache/http/responses': 'what is stored, ?route=price; role admin',
    'POST /api/admin/cache/http/explain':
      '{ url, method?, headers?, policy?, request? }: why a request is a hit or is none; role admin',
    'POST /api/admin/cache/http/purge': '{ target, mode?, dryRun?, pace?, reason? }; role admin',
    'POST /api/admin/cache/http/release': '{ policy }; role admin',
  },
};

export function listRoutes(_request: Request, response: Response): void {
  // Indented, because a person reads it first.
  response.type('json').send(`${JSON.stringify(WELCOME, null, 2)}\n`);
}
