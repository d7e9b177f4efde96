import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createCache } from '@breakwater/cache';
import type { Duration } from '@breakwater/core';
import { createManualClock, eventually, frameworks } from '@breakwater/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RoutePolicyOptions } from '../src/index.ts';
import { createGate, type Gate } from './gate.ts';
import { send, statusOf } from './http-client.ts';
import { type App, type AppSettings, type Call, serveApp } from './small-app.ts';

let app: App;
let gate: Gate;
beforeEach(() => {
  gate = createGate();
});
afterEach(async () => {
  gate.open();
  await app.close();
});

/** Longer than any test runs. */
const NEVER = '10m';

describe.each(frameworks)('a handler that does not answer, on $name', (framework) => {
  const clock = createManualClock();
  let runs = 0;
  let handle: (call: Call) => void | Promise<void>;

  /** An application with a response that is stale, unless its `staleIfError` says otherwise. */
  async function startStale(
    policy: Partial<RoutePolicyOptions<never>>,
    settings: Partial<AppSettings> = {},
    maxWait: Duration = NEVER,
  ) {
    runs = 0;
    app = await serveApp(framework, {
      cache: createCache({ clock }),
      options: { clock, maxWait },
      routes: [
        {
          path: '/page',
          policy: { ttl: '5s', staleIfError: '1m', name: 'page', ...policy },
          handle(call) {
            runs += 1;
            return handle(call);
          },
        },
      ],
      ...settings,
    });
    handle = (call) => call.text('run 1');
    await ask();
    clock.advance(6000);
  }

  async function ask(headers: Record<string, string> = {}) {
    const reply = await send(`${app.url}/page`, { headers });
    return reply;
  }

  const outcomes = () => app.httpCache.stats().policies.page;

  const slow = async (call: Call) => {
    const run = runs;
    await gate.pass();
    call.text(`run ${run}`);
  };

  it('in time has the stale response sent in its place, goes on, and what it answers is stored', async () => {
    await startStale({ timeout: '20ms' });
    handle = slow;
    const stale = await ask();
    expect([stale.status, stale.text]).toEqual([200, 'run 1']);
    expect(statusOf(stale)).toBe('breakwater; fwd=stale; collapsed; detail=stale-if-error');
    expect(stale.headers.age).toBe('6');
    // Nor is it run once more by those who come meanwhile.
    expect((await ask()).text).toBe('run 1');
    expect(outcomes()).toMatchObject({ staleIfError: 2 });
    gate.open();
    await app.httpCache.close();
    const fresh = await ask();
    expect(fresh.text).toBe('run 2');
    expect(statusOf(fresh)).toBe('breakwater; hit; ttl=5; detail=memory');
    expect(runs).toBe(2);
  });

  it('at all is run anew, when nobody waits for it any more', async () => {
    await startStale({ timeout: '20ms' }, {}, '100ms');
    handle = slow;
    expect((await ask()).text).toBe('run 1');
    handle = (call) => call.text('anew');
    await eventually(async () => expect((await ask()).text).toBe('anew'));
  });

  it('before its time is over is waited for', async () => {
    await startStale({ timeout: NEVER });
    handle = slow;
    const sent = [ask(), ask()];
    await eventually(() => gate.arrived === 1);
    gate.open();
    for (const reply of await Promise.all(sent)) {
      expect(reply.text).toBe('run 2');
    }
    expect(outcomes()).toMatchObject({ staleIfError: 0, stored: 2 });
    expect(runs).toBe(2);
  });

  it('may take its time where there is nothing to send in its place', async () => {
    await startStale({ timeout: 1, staleIfError: 0 });
    handle = slow;
    const sent = ask();
    await eventually(() => gate.arrived === 1);
    gate.open();
    expect((await sent).text).toBe('run 2');
  });

  it('but fails has the stale response sent, by which nobody else is counted', async () => {
    await startStale({ timeout: NEVER });
    handle = (call) => {
      call.status(503);
      call.text('broken');
    };
    expect((await ask()).text).toBe('run 1');
    expect(outcomes()).toMatchObject({ staleIfError: 1 });
    expect(runs).toBe(2);
  });

  it('but says that its answer is private is run for each by itself', async () => {
    await startStale({ timeout: NEVER });
    handle = (call) => {
      call.header('Cache-Control', 'private');
      call.text(`run ${runs}`);
    };
    expect((await ask()).text).toBe('run 3');
  });

  it('because a guard in front refused the cache’s own request is run by the caller’s', async () => {
    await startStale(
      { timeout: NEVER, audience: 'everyone' },
      {
        wrap: {
          outside(headers, response) {
            if (runs > 0 && headers.authorization === undefined) response.writeHead(401).end();
          },
        },
      },
    );
    handle = (call) => call.text(`run ${runs}`);
    expect((await ask({ authorization: 'Bearer x' })).text).toBe('run 2');
  });

  const ends: [string, Partial<RoutePolicyOptions<never>>, (call: Call) => void][] = [
    ['destroys the response', {}, (call) => void call.raw().destroy()],
    ['destroys the response twice', {}, (call) => void call.raw().destroy().destroy()],
    [
      'pipes what breaks at once',
      {},
      (call) => {
        const broken = new Readable({ read: () => void broken.destroy(new Error('upstream is gone')) });
        pipeline(broken, call.raw()).catch(() => call.raw().destroy());
      },
    ],
    ['destroys the response of a request with a timeout', { timeout: NEVER }, (call) => void call.raw().destroy()],
    [
      'destroys the socket of a request with a timeout',
      { timeout: NEVER },
      (call) => void call.raw().socket?.destroy(),
    ],
  ];
  it.each(ends)('and %s has the stale response sent in its place', async (_how, policy, end) => {
    await startStale(policy);
    handle = end;
    const stale = await ask();
    expect([stale.status, stale.text]).toEqual([200, 'run 1']);
    expect(statusOf(stale)).toContain('fwd=stale');
    expect(statusOf(stale)).toContain('detail=stale-if-error');
    expect(outcomes()).toMatchObject({ staleIfError: 1 });
    // The connection is none the worse for it.
    handle = (call) => call.text('run 3');
    expect((await ask()).text).toBe('run 3');
  });

  it('and destroys the response where nothing may be sent in its place ends the connection', async () => {
    await startStale({ staleIfError: 0 });
    handle = (call) => void call.raw().destroy();
    await expect(ask()).rejects.toThrow();
    handle = (call) => call.text('run 3');
    expect((await ask()).text).toBe('run 3');
  });
});
