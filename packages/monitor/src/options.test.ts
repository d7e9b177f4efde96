import { asDocumented, documentedDefaults } from '@breakwater/testkit';
import { describe, expect, it } from 'vitest';
import { httpCacheStats } from '../test/sample-stats.ts';
import { createMonitor } from './monitor.ts';
import { DEFAULTS, type MonitorOptions, resolveOptions } from './options.ts';

const authorize = () => true;
const part = { stats: () => ({}) };

describe('options', () => {
  const { metrics, paths, thresholds, ...flat } = DEFAULTS;
  it.each([
    ['MonitorOptions', flat],
    ['MetricsOptions', metrics],
    ['PathOptions', paths],
    ['ThresholdOptions', thresholds],
  ])('of %s are documented with the defaults they have', (name, defaults) => {
    expect(documentedDefaults(new URL('options.ts', import.meta.url), name)).toEqual(asDocumented(defaults));
  });

  it('are what the defaults say where nothing is given', () => {
    expect(resolveOptions({ authorize })).toMatchObject(DEFAULTS);
  });

  it('admin pages without authorize are refused, saying what to pass', () => {
    expect(() => createMonitor({})).toThrow(
      expect.objectContaining({
        code: 'ERR_MONITOR_AUTHORIZE',
        message: expect.stringMatching(/authorize: \(request\) => boolean.*paths: \{ admin: null \}/),
      }),
    );
    expect(() => createMonitor({ paths: { admin: null } })).not.toThrow();
    expect(() => createMonitor({ paths: { admin: null }, metrics: { access: 'authorize' } })).toThrow(
      expect.objectContaining({ code: 'ERR_MONITOR_AUTHORIZE' }),
    );
  });

  const wrong: readonly [string, object, option: string][] = [
    ['a misspelt option', { limitter: part }, 'options'],
    ['a part without stats()', { pool: {} }, 'pool'],
    ['a named part without stats()', { cache: { market: part, models: {} } }, 'cache.models'],
    ['an authorize that is no function', { authorize: true }, 'authorize'],
    ['an unknown access', { metrics: { access: 'closed' } }, 'metrics.access'],
    ['a defaultMetrics that is no boolean', { metrics: { defaultMetrics: 'yes' } }, 'metrics.defaultMetrics'],
    ['a path without its slash', { paths: { metrics: 'metrics' } }, 'paths.metrics'],
    ['a path with a slash at its end', { paths: { admin: '/admin/' } }, 'paths.admin'],
    ['one path twice', { paths: { health: '/metrics' } }, 'paths'],
    ['a share beyond 1', { thresholds: { hitRate: 70 } }, 'thresholds.hitRate'],
    ['an unknown word', { redisOutage: 'ignore' }, 'redisOutage'],
  ];
  it.each(wrong)('%s is refused', (_case, options, option) => {
    expect(() => createMonitor({ authorize, ...options } as MonitorOptions)).toThrow(
      expect.objectContaining({ code: 'ERR_MONITOR_OPTION', option }),
    );
  });

  it('an explicit undefined means absent, and a middleware function with stats() is a part', () => {
    const door = Object.assign(() => undefined, { stats: () => httpCacheStats() });
    const options = {
      authorize,
      pool: undefined,
      redisOutage: undefined,
      paths: { health: undefined },
      httpCache: door,
    };
    const { sources, paths, redisOutage } = resolveOptions(options);
    expect([...sources.httpCache.keys()]).toEqual(['default']);
    expect([sources.pool.size, paths.health, redisOutage]).toEqual([0, '/health', 'degraded']);
  });
});
