import { createCache } from '@breakwater/cache';
import { describe, expect, it } from 'vitest';
import {
  cacheOutcomes,
  cacheStats,
  httpCacheStats,
  httpOutcomes,
  latency,
  limiterStats,
  poolStats,
  readingOf,
  sessionStats,
} from '../test/sample-stats.ts';
import { DEFAULTS } from './options.ts';
import type { StatsByKind } from './parts.ts';
import { recommend } from './recommendations.ts';

function codes(stats: Partial<StatsByKind>, thresholds = {}): string[] {
  return recommend(readingOf(stats), { ...DEFAULTS.thresholds, ...thresholds }).map(({ code }) => code);
}

const cacheWith = (outcomes: Parameters<typeof cacheOutcomes>[0]) => ({
  cache: cacheStats({ policies: { market: cacheOutcomes(outcomes) }, total: cacheOutcomes(outcomes) }),
});
const httpWith = (changes: Parameters<typeof httpOutcomes>[0]) => ({
  httpCache: httpCacheStats({
    policies: { price: httpOutcomes({ hitMemory: 0, hitRedis: 0, notStored: {}, ...changes }) },
  }),
});
const memory = (changes: object) => ({ cache: cacheStats({ memory: { ...cacheStats().memory, ...changes } }) });
const leaking = (quarantined: readonly string[] = []) =>
  httpCacheStats({ policies: { price: httpOutcomes({ leaks: 2 }) }, quarantined });
const replies = (count: number, ms: number) => latency(...new Array<number>(count).fill(ms));

const table: readonly [string, Partial<StatsByKind>, codes: string[]][] = [
  [
    'healthy parts',
    {
      pool: poolStats(),
      cache: cacheStats(),
      httpCache: httpCacheStats(),
      limiter: limiterStats(),
      sessions: sessionStats(),
    },
    [],
  ],
  ['hit rate of 0.69', cacheWith({ hitMemory: 69, hitRedis: 0, miss: 31 }), ['low-hit-rate']],
  ['hit rate of 0.70', cacheWith({ hitMemory: 50, hitRedis: 20, miss: 30 }), []],
  ['hit rate of 0 over 99 lookups', cacheWith({ hitMemory: 0, hitRedis: 0, miss: 99 }), []],
  ['HTTP hit rate of 0.70', httpWith({ coalesced: 70, stored: 30 }), []],
  ['HTTP hit rate of 0.69', httpWith({ coalesced: 69, stored: 31 }), ['low-hit-rate']],
  ['responses that leak', { httpCache: leaking() }, ['leaking-responses']],
  ['responses that leak, in quarantine', { httpCache: leaking(['price']) }, ['leaking-responses']],
  [
    'handlers that read what no key covers',
    { httpCache: httpCacheStats({ policies: { price: httpOutcomes({ underKeyed: 1 }) } }) },
    ['under-keyed'],
  ],
  ['memory at 90 %', memory({ bytes: 900 }), []],
  ['memory above 90 %', memory({ bytes: 901 }), ['memory-nearly-full']],
  ['evictions of half of what was put in', memory({ evictions: 170 }), []],
  ['evictions of more than half', memory({ evictions: 171 }), ['many-evictions']],
  ['one load of twenty failing', cacheWith({ loads: 20, loadErrors: 1 }), ['load-errors']],
  ['one load of twenty-one failing', cacheWith({ loads: 21, loadErrors: 1 }), []],
  ['Redis down', { pool: poolStats({ health: 'down' }) }, ['redis-away']],
  [
    'the Redis tier down',
    { cache: cacheStats({ redis: { state: 'down', errors: 4, unreadableFrames: 0 } }) },
    ['redis-away'],
  ],
  ['slow Redis', { pool: poolStats({ latencyMs: replies(100, 20) }) }, ['slow-redis']],
  ['slow Redis over 99 replies', { pool: poolStats({ latencyMs: replies(99, 20) }) }, []],
  ['fast Redis', { pool: poolStats({ latencyMs: replies(100, 1) }) }, []],
  ['a bus that flushed', { cache: cacheStats({ bus: { ...cacheStats().bus, flushes: 1 } }) }, ['bus-flushes']],
  [
    'unreadable frames',
    { cache: cacheStats({ redis: { state: 'up', errors: 0, unreadableFrames: 1 } }) },
    ['unreadable-frames'],
  ],
  ['unreadable sessions', { sessions: sessionStats({ unreadable: 1 }) }, ['unreadable-sessions']],
];

describe('recommendations', () => {
  it.each(table)('%s', (_case, stats, expected) => {
    expect(codes(stats)).toEqual(expected);
  });

  it('say what was found, where, and what to do', () => {
    const [low] = recommend(readingOf(cacheWith({ hitMemory: 10, hitRedis: 0, miss: 190 })), DEFAULTS.thresholds);
    expect(low).toEqual({
      code: 'low-hit-rate',
      part: 'cache',
      name: 'default',
      policy: 'market',
      finding: '5.0 % of 200 lookups of the policy market hit, fewer than 70.0 %.',
      action: 'Give the policy a longer ttl if its data allows it, or look for keys that never repeat.',
    });
  });

  it('say of what leaks whether it is still served', () => {
    const findingOf = (httpCache: StatsByKind['httpCache']) =>
      recommend(readingOf({ httpCache }), DEFAULTS.thresholds)[0]?.finding;
    expect(findingOf(leaking())).toMatch(/2 times so far; it is stored and served all the same\.$/);
    expect(findingOf(leaking(['price']))).toMatch(/it is in quarantine until it is released\.$/);
    expect(findingOf(leaking(['news']))).toMatch(/served all the same\.$/);
  });

  it('name options that the cache has', () => {
    const actions = table
      .flatMap(([, stats]) => recommend(readingOf(stats), DEFAULTS.thresholds))
      .map((advice) => advice.action);
    const named = actions.join(' ').match(/(?<=\bmemory\.)\w+/g) ?? [];
    expect(new Set(named)).toEqual(new Set(['maxSize', 'maxEntries']));
    for (const option of named) expect(() => createCache({ memory: { [option]: undefined } })).not.toThrow();
  });

  it('follow the thresholds they are given', () => {
    expect(codes(cacheWith({ hitMemory: 69, hitRedis: 0, miss: 31 }), { hitRate: 0.6 })).toEqual([]);
    expect(codes(memory({ bytes: 600 }), { memoryUtilisation: 0.5 })).toEqual(['memory-nearly-full']);
    expect(codes(memory({ evictions: 171 }), { minimumSamples: 1000 })).toEqual([]);
    expect(codes({ pool: poolStats({ latencyMs: replies(100, 20) }) }, { redisP95Ms: 30 })).toEqual([]);
  });
});
