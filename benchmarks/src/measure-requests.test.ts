import { type RunningServer, serve } from '@breakwater/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import type { CaseChild } from './case-child.ts';
import type { LoadReport } from './load/load-generator.ts';
import { measureRequests, verifyAnswers } from './measure-requests.ts';
import type { HttpCase, HttpTopic } from './topic.ts';

const BODY = Buffer.from('0123456789');
const HIT: HttpCase = { name: 'hit', about: '', answeredBy: 'cache', serve: async () => '' };
const TOPIC: HttpTopic = {
  name: 'tried',
  question: '',
  reference: 'hit',
  thresholds: [],
  measures: 'requests',
  path: '/quotes',
  body: BODY,
  connections: 1,
  cases: [HIT],
};
const GOOD_LOAD: LoadReport = { requests: 100, seconds: 2, bytes: 20_000, failures: 0, latencyMs: { p50: 1, p99: 2 } };

let server: RunningServer | undefined;
afterEach(() => server?.close());

/** A case that used 1 s of CPU between two questions a second apart, and whose handler ran `runs` times. */
function child(runs: number, url = ''): CaseChild {
  let asked = 0;
  return {
    name: 'hit',
    url,
    async ask() {
      asked += 1;
      return { atMs: asked * 1000, cpuMicros: asked * 900_000, runs: asked === 1 ? 1 : 1 + runs };
    },
    stop: async () => {},
  };
}

describe('a slice of load', () => {
  const measure = (report: Partial<LoadReport>, runs = 0, benchCase = HIT) =>
    measureRequests(child(runs), TOPIC, benchCase, { name: '', run: async () => ({ ...GOOD_LOAD, ...report }) }, 2);

  it('becomes rates per request', async () => {
    expect(await measure({})).toEqual({ perSecond: 50, cpuMicros: 9000, busy: 0.9, latencyMs: { p50: 1, p99: 2 } });
  });

  it('is refused when a request failed', async () => {
    await expect(measure({ failures: 3 })).rejects.toThrow('3 of 100 requests failed');
  });

  it('is refused when there were fewer bytes than bodies', async () => {
    await expect(measure({ bytes: 999 })).rejects.toThrow('100 requests brought only 999 bytes');
  });

  it('is refused when nothing was answered at all', async () => {
    await expect(measure({ requests: 0, bytes: 0 })).rejects.toMatchObject({ code: 'ERR_BENCH_LOAD' });
  });

  it('is refused when the handler of a hit ran, and not when the handler is what is measured', async () => {
    await expect(measure({}, 1)).rejects.toMatchObject({ code: 'ERR_BENCH_MISSES' });
    expect(await measure({}, 100, { ...HIT, answeredBy: 'handler' })).toMatchObject({ perSecond: 50 });
  });

  it('is refused when the handler ran for less than every request, where it is what is measured', async () => {
    await expect(measure({}, 99, { ...HIT, answeredBy: 'handler' })).rejects.toMatchObject({ code: 'ERR_BENCH_HITS' });
  });
});

describe('answers before the load', () => {
  it.each([
    ['a body of another content', 200, 'another content', 'another body of 15 bytes'],
    ['an error with the right body', 500, '0123456789', 'got 500'],
  ])('%s is refused', async (_what, status, body, message) => {
    server = await serve((_request, response) => response.writeHead(status).end(body));
    await expect(verifyAnswers(child(0, server.url), TOPIC, HIT)).rejects.toThrow(message);
  });

  it('the right answer is asked for three times, at the topic’s path: to fill a cache and to see its hit', async () => {
    const paths: (string | undefined)[] = [];
    server = await serve((request, response) => {
      paths.push(request.url);
      response.end(BODY);
    });
    await verifyAnswers(child(0, server.url), TOPIC, HIT);
    expect(paths).toEqual(['/quotes', '/quotes', '/quotes']);
  });

  it('an answer that says to be something else than a hit is refused', async () => {
    let asked = 0;
    server = await serve((_request, response) => {
      asked += 1;
      response.setHeader('Cache-Status', asked < 3 ? 'breakwater; fwd=uri-miss' : 'breakwater; hit; detail=redis');
      response.end(BODY);
    });
    const verify = (cacheStatus: RegExp) => verifyAnswers(child(0, server?.url), TOPIC, { ...HIT, cacheStatus });
    await verify(/hit.*redis/);
    await expect(verify(/hit.*memory/)).rejects.toThrow('got Cache-Status: breakwater; hit; detail=redis');
  });
});
