import { createCache } from '@breakwater/cache';
import { httpCache } from '@breakwater/http-cache/express';
import { rateLimit } from '@breakwater/rate-limit/express';
import { createRedisPool } from '@breakwater/redis-pool';
import express from 'express';

const redis = createRedisPool({ url: process.env.REDIS_URL ?? 'redis://localhost:6379' }); // absent or sick: memory serves
const cache = createCache({ redis });
const prices = new Map([['AAPL-USD', 189.5]]);
const app = express();

app.use(rateLimit({ redis, plans: { anonymous: '60/min' }, plan: () => 'anonymous' }));
app.use(httpCache({ cache }));

app.get('/price/:pair', httpCache.route({ ttl: '5s', tags: (req) => [`price:${req.params.pair}`] }), (req, res) => {
  res.json({ pair: req.params.pair, price: prices.get(req.params.pair), asOf: new Date() });
});

app.put('/price/:pair/:price', async (req, res) => {
  prices.set(req.params.pair, Number(req.params.price));
  await cache.invalidate({ tag: `price:${req.params.pair}` }); // here, in Redis, and in every other instance's memory
  res.sendStatus(204);
});

app.listen(Number(process.env.PORT ?? 3000));
