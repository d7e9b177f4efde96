import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createMonitor } from './monitor.ts';
import { DEFAULTS, type MonitorOptions, resolveOptions } from './options.ts';

const authorize = () => true;
const part = { stats: () => ({}) };

describe('options', () => {
  it('have the documented defaults', () => {
    const source = readFileSync(new URL('./options.ts', import.meta.url), 'utf8');
    const documented = new Map(
      [...source.matchAll(/@default (\S+?)(?: \*\/|\n[^?]*?)\s*readonly (\w+)\?/g)].map(([, value, name]) => [
        name,
        value,
      ]),
    );
    const { redisOutage, metrics, paths, thresholds } = DEFAULTS;
    for (const [name, value] of Object.entries({ redisOutage, ...metrics, ...paths, ...thresholds })) {
      // `metrics` names a group of options as well as a path; the path is the one with a default.
      expect([name, documented.get(name)]).toEqual([name, typeof value === 'string' ? `'${value}'` : String(value)]);
    }
    expect(resolveOptions({ authorize })).toMatchObject({ redisOutage, metrics, paths, thresholds });
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
    ['a misspelt option', { limitter: part }, 'monitor options'],
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
    const door = Object.assign(() => undefined, { stats: () => ({ policies: {} }) });
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
