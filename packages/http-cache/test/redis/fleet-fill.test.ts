import { createCache } from '@breakwater/cache';
import {
  createManualClock,
  eventually,
  type Framework,
  frameworks,
  type RedisServer,
  startRedis,
} from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HttpCacheOptions, RoutePolicyOptions } from '../../src/index.ts';
import { createGate, type Gate } from '../gate.ts';
import { open, type Reply, send, statusOf } from '../http-client.ts';
import { type App, type Call, serveApp } from '../small-app.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

const running: { app: App; redis: Redis }[] = [];
let fleets = 0;
let runs = 0;
let asked = 0;
let gate: Gate;
beforeEach(() => {
  fleets += 1;
  runs = 0;
  asked = 0;
  gate = createGate();
});
afterEach(async () => {
  gate.open();
  for (const { app, redis } of running.splice(0)) {
    await app.close();
    await app.httpCache.close();
    await app.cache.close();
    redis.disconnect();
  }
});

/** One test's instances: the same application, each with a cache and a connection of its own. */
function createFleet(framework: Framework) {
  const clock = createManualClock();
  return {
    clock,
    async start(
      handle: (call: Call, run: number) => void | Promise<void>,
      policy: Partial<RoutePolicyOptions<never>> | 'origin' = {},
      options: Omit<HttpCacheOptions<never>, 'cache'> = {},
    ): Promise<App> {
      const redis = new Redis(server.url);
      const cache = createCache({ redis, deadlineMs: '10s', clock, namespace: `fleet${fleets}` });
      const app = await serveApp(framework, {
        cache,
        // Nobody is to run out of patience on a busy machine.
        options: { authority: 'api', clock, maxWait: '10m', ...options },
        before: () => {
          asked += 1;
        },
        routes: [
          {
            path: '/page',
            ...(policy !== 'origin' && { policy: { ttl: '5s', name: 'page', ...policy } }),
            handle(call) {
              runs += 1;
              return handle(call, runs);
            },
          },
        ],
      });
      running.push({ app, redis });
      await eventually(() => cache.stats().bus.connected);
      return app;
    },
  };
}

const ask = (app: App, headers: Record<string, string> = {}) => send(`${app.url}/page`, { headers });
const askTimes = (app: App, times: number) => Array.from({ length: times }, () => ask(app));
const textsOf = async (sent: readonly Promise<Reply>[]) => (await Promise.all(sent)).map(({ text }) => text);
const outcomes = (app: App) => app.httpCache.stats().policies.page;
/** Until so many fills of the instance have waited for another one's. */
const waits = (app: App, count = 1) => eventually(() => app.cache.stats().total.leasesAwaited === count);
const gated = async (call: Call, run: number) => {
  await gate.pass();
  call.text(`run ${run}`);
};

describe.each(frameworks)('requests for one URL in a fleet, on $name', (framework) => {
  it('run the handler once, and all are sent its response', async () => {
    const fleet = createFleet(framework);
    const [one, two] = [await fleet.start(gated), await fleet.start(gated)];
    const first = askTimes(one, 10);
    await eventually(() => gate.arrived === 1);
    const second = askTimes(two, 10);
    await waits(two);
    gate.open();
    expect(new Set(await textsOf([...first, ...second]))).toEqual(new Set(['run 1']));
    expect(runs).toBe(1);
    expect(outcomes(one)).toMatchObject({ stored: 1, fleetFills: 1, filledElsewhere: 0 });
    expect(outcomes(two)).toMatchObject({ stored: 0, fleetFills: 0, filledElsewhere: 1 });
    const statuses = (await Promise.all(second)).map(statusOf);
    expect(statuses).toContain('breakwater; fwd=uri-miss; collapsed');
  });

  it('run it in every process with fill: process', async () => {
    const fleet = createFleet(framework);
    const start = () => fleet.start(gated, {}, { fill: 'process' });
    const [one, two] = [await start(), await start()];
    const sent = [ask(one), ask(two)];
    await eventually(() => gate.arrived === 2);
    gate.open();
    expect(new Set(await textsOf(sent))).toEqual(new Set(['run 1', 'run 2']));
  });

  it('run it once for each variant, though only the first response tells that there are any', async () => {
    const fleet = createFleet(framework);
    const start = () =>
      fleet.start(async (call) => {
        await gate.pass();
        call.header('Vary', 'Accept-Language');
        call.text(String(call.headers['accept-language']));
      });
    const [one, two] = [await start(), await start()];
    const languages = (names: readonly string[]) =>
      names.flatMap((name) => [one, two].map((app) => ask(app, { 'accept-language': name })));
    const first = ask(one, { 'accept-language': 'de' });
    await eventually(() => gate.arrived === 1);
    const others = languages(['de', 'en']);
    await waits(two);
    gate.open();
    await eventually(() => gate.arrived === 1);
    gate.open();
    expect(await textsOf([first, ...others])).toEqual(['de', 'de', 'de', 'en', 'en']);
    expect(runs).toBe(2);

    // Now that it is known, requests of one choice wait for each other alone.
    const more = languages(['fr', 'it']);
    await eventually(() => gate.arrived === 2);
    gate.open();
    expect(await textsOf(more)).toEqual(['fr', 'fr', 'it', 'it']);
    expect(runs).toBe(4);
  });

  it('are let go together in all processes when the head says that the response is private', async () => {
    const fleet = createFleet(framework);
    const start = () =>
      fleet.start(async (call, run) => {
        if (run <= 11) await gate.pass();
        const response = call.raw();
        response.writeHead(200, { 'Cache-Control': 'private' });
        response.write('the head is out, the body is not over, ');
        // All are here at once, or this never ends.
        if (run <= 11) await gate.pass();
        response.end(`run ${run}`);
      });
    const [one, two] = [await start(), await start()];
    const first = ask(one);
    await eventually(() => gate.arrived === 1);
    const others = askTimes(two, 10);
    await waits(two);
    await eventually(() => asked === 11);
    gate.open();
    await eventually(() => gate.arrived === 11);
    gate.open();
    await eventually(() => gate.arrived === 10);
    gate.open();
    expect(new Set(await textsOf([first, ...others])).size).toBe(11);
    expect(outcomes(two)?.bypass).toEqual({});
    await ask(two);
    expect(outcomes(two)?.bypass).toEqual({ uncacheable: 1 });
  });

  it('have one of another process fill where the handler failed', async () => {
    const fleet = createFleet(framework);
    const start = () =>
      fleet.start(async (call, run) => {
        await gate.pass();
        if (run === 1) call.status(503);
        call.text(`run ${run}`);
      });
    const [one, two] = [await start(), await start()];
    const first = ask(one);
    await eventually(() => gate.arrived === 1);
    const others = askTimes(two, 5);
    await waits(two);
    gate.open();
    await eventually(() => gate.arrived === 1);
    gate.open();
    expect((await first).status).toBe(503);
    expect(new Set(await textsOf(others))).toEqual(new Set(['run 2']));
    expect(runs).toBe(2);
  });

  it('do not share what was invalidated before they came', async () => {
    const fleet = createFleet(framework);
    const start = () => fleet.start(gated, { tags: ['prices'] });
    const [one, two] = [await start(), await start()];
    const first = ask(one);
    await eventually(() => gate.arrived === 1);
    expect(await two.cache.invalidate({ tag: 'prices' })).toMatchObject({ shared: true });
    const second = ask(two);
    await eventually(() => gate.arrived === 2);
    gate.open();
    expect(await textsOf([first, second])).toEqual(['run 1', 'run 2']);
    await one.httpCache.close();
    await two.httpCache.close();
    expect((await ask(one)).text).toBe('run 2');
  });

  it('wait no longer than maxWait, and then run the handler or are sent what is stale', async () => {
    const fleet = createFleet(framework);
    const policy = { staleIfError: '1m' } as const;
    const [one, two] = [await fleet.start(gated, policy), await fleet.start(gated, policy, { maxWait: '50ms' })];
    const first = ask(one);
    await eventually(() => gate.arrived === 1);
    const impatient = ask(two);
    await eventually(() => gate.arrived === 2);
    gate.open();
    expect(await textsOf([first, impatient])).toEqual(['run 1', 'run 2']);
    // Both are stored: what is stored only after the six seconds is fresh.
    await Promise.all([one.httpCache.close(), two.httpCache.close()]);
    fleet.clock.advance(6000);
    const again = ask(one);
    await eventually(() => gate.arrived === 1);
    const stale = await ask(two);
    expect(stale.text).toMatch(/^run [12]$/);
    expect(statusOf(stale)).toBe('breakwater; fwd=stale; collapsed; detail=stale-if-error');
    expect(outcomes(two)).toMatchObject({ staleIfError: 1 });
    gate.open();
    expect((await again).text).toBe('run 3');
  });

  it('have another process fill while a handler takes longer than maxWait', async () => {
    const fleet = createFleet(framework);
    const [one, two] = [await fleet.start(gated, {}, { maxWait: '50ms' }), await fleet.start(gated)];
    const slow = ask(one);
    await eventually(() => gate.arrived === 1);
    const other = ask(two);
    await eventually(() => gate.arrived === 2);
    gate.open();
    expect(await textsOf([slow, other])).toEqual(['run 1', 'run 2']);
  });

  it('have another process fill where the client of the first goes away in its body', async () => {
    const fleet = createFleet(framework);
    const start = () =>
      fleet.start(async (call, run) => {
        const response = call.raw();
        response.write('begun, ');
        await gate.pass();
        if (!response.destroyed) response.end(`run ${run}`);
      });
    const [one, two] = [await start(), await start()];
    const first = await open(`${one.url}/page`);
    await eventually(() => gate.arrived === 1);
    const others = askTimes(two, 5);
    await waits(two);
    first.destroy();
    await eventually(() => gate.arrived === 2);
    gate.open();
    expect(new Set(await textsOf(others))).toEqual(new Set(['begun, run 2']));
  });

  it('without a policy run the handler once where the processes have seen the URL stored', async () => {
    const fleet = createFleet(framework);
    const start = () =>
      fleet.start(async (call, run) => {
        if (run > 1) await gate.pass();
        call.header('Cache-Control', 'public, max-age=5');
        call.text(`run ${run}`);
      }, 'origin');
    const [one, two] = [await start(), await start()];
    await ask(one);
    await one.httpCache.close();
    await ask(two);
    fleet.clock.advance(10 * 60_000);
    const first = ask(one);
    await eventually(() => gate.arrived === 1);
    const second = ask(two);
    await waits(two);
    gate.open();
    expect(await textsOf([first, second])).toEqual(['run 2', 'run 2']);
    expect(runs).toBe(2);
  });

  it('made stale are served at once everywhere, and made anew by one process', async () => {
    const fleet = createFleet(framework);
    const start = () =>
      fleet.start(async (call, run) => (run === 1 ? call.text('run 1') : gated(call, run)), {
        staleWhileRevalidate: '10m',
      });
    const [one, two] = [await start(), await start()];
    await ask(one);
    await one.httpCache.close();
    await ask(two);
    fleet.clock.advance(6000);
    expect(await textsOf(askTimes(one, 5))).toEqual(Array(5).fill('run 1'));
    await eventually(() => gate.arrived === 1);
    expect(await textsOf(askTimes(two, 5))).toEqual(Array(5).fill('run 1'));
    await waits(two);
    gate.open();
    await one.httpCache.close();
    await two.httpCache.close();
    expect(await textsOf([ask(one), ask(two)])).toEqual(['run 2', 'run 2']);
    expect(runs).toBe(2);
  });

  it('made anew by one process are found by another, whose memory is older', async () => {
    const fleet = createFleet(framework);
    const start = () => fleet.start((call, run) => call.text(`run ${run}`), { staleWhileRevalidate: '10m' });
    const [one, two] = [await start(), await start()];
    for (const app of [one, two, one]) {
      await ask(app);
      await app.httpCache.close();
      if (app === two) fleet.clock.advance(6000);
    }
    expect(runs).toBe(2);
    expect((await ask(two)).text).toBe('run 1');
    await two.httpCache.close();
    expect((await ask(two)).text).toBe('run 2');
    expect(runs).toBe(2);
  });
});
