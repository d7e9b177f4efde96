import { eventually } from '@breakwater/testkit';
import { expect, it } from 'vitest';
import { startTradingApi } from './trading-api.ts';

const INDICATORS_OF_A_PAIR = '/api/indicators/AAPL-USD';

it('calculates at the start what is asked for first, and not again for the first who asks', async () => {
  const api = await startTradingApi();
  const figures = () => api.suite.cache.stats().policies.indicator;
  await eventually(() => figures()?.loads === 2);
  await api.browser().get(INDICATORS_OF_A_PAIR).expect(200);
  expect(figures()).toMatchObject({ loads: 2, hitMemory: 5 });
  await api.stop();
});

it('leaves the cache cold where it is told to', async () => {
  const api = await startTradingApi({ env: { BREAKWATER_CACHE_WARMING_ENABLED: 'false' } });
  await api.browser().get(INDICATORS_OF_A_PAIR).expect(200);
  expect(api.suite.cache.stats().policies.indicator).toMatchObject({ loads: 5, hitMemory: 0 });
  await api.stop();
});
