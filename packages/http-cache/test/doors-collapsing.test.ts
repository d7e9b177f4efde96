import { eventually, frameworks } from '@breakwater/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import type { RoutePolicyOptions } from '../src/index.ts';
import { createGate } from './gate.ts';
import { open, send, statusOf } from './http-client.ts';
import { type App, type AppSettings, type Call, serveApp } from './small-app.ts';

let app: App;
afterEach(() => app.close());

describe.each(frameworks)('requests for one URL at once, on $name', (framework) => {
  let runs = 0;
  let asked = 0;

  async function start(
    handle: (call: Call, run: number) => void | Promise<void>,
    settings: Partial<AppSettings> = {},
    policy: Partial<RoutePolicyOptions<never>> = {},
  ): Promise<string> {
    runs = 0;
    asked = 0;
    app = await serveApp(framework, {
      routes: [
        {
          path: '/page',
          policy: { ttl: '5s', ...policy },
          handle(call) {
            runs += 1;
            return handle(call, runs);
          },
        },
      ],
      before: () => {
        asked += 1;
      },
      ...settings,
    });
    return `${app.url}/page`;
  }

  const outcomes = () => app.httpCache.stats().policies['/page'];

  it('run the handler once and share its response', async () => {
    const gate = createGate();
    const url = await start(async (call, run) => {
      await gate.pass();
      call.json({ run });
    });
    const sent = Array.from({ length: 50 }, () => send(url));
    await eventually(() => asked === 50 && gate.arrived === 1);
    gate.open();
    const replies = await Promise.all(sent);
    expect(new Set(replies.map((reply) => reply.text))).toEqual(new Set(['{"run":1}']));
    const statuses = replies.map(statusOf).toSorted();
    expect(statuses.filter((status) => status === 'breakwater; fwd=uri-miss; collapsed')).toHaveLength(49);
    expect(statuses.filter((status) => status === 'breakwater; fwd=uri-miss; stored')).toHaveLength(1);
    expect(replies.every((reply) => reply.headers['cache-control'] === 'public, max-age=5')).toBe(true);
    expect(outcomes()).toMatchObject({ coalesced: 49, stored: 1, hitMemory: 0 });
  });

  it('run the handler each where the cache is switched off, and nobody waits', async () => {
    const gate = createGate();
    const url = await start(async (call, run) => {
      if (run <= 5) await gate.pass();
      call.json({ run });
    });
    app.cache.setMode('bypass');
    const sent = Array.from({ length: 5 }, () => send(url));
    await eventually(() => gate.arrived === 5);
    gate.open();
    expect((await Promise.all(sent)).map(statusOf)).toEqual(
      Array(5).fill('breakwater; fwd=bypass; detail=switched-off'),
    );
    app.cache.setMode('cached');
    await send(url);
    await app.httpCache.close();
    expect(statusOf(await send(url))).toContain('hit');
  });

  it('are let go together as soon as the response’s head tells that it is not to be stored', async () => {
    const gate = createGate();
    const url = await start(async (call, run) => {
      if (run === 1) await gate.pass();
      call.header('Set-Cookie', [`id=${run}`]);
      const response = call.raw();
      if (run > 1) {
        // All of the others are here at once, or this never ends.
        await gate.pass();
      } else {
        response.writeHead(200, { 'Set-Cookie': 'id=1' });
        response.write('the head is out, the body is not over');
        await gate.pass();
      }
      response.end(`run ${run}`);
    });
    const sent = Array.from({ length: 20 }, () => send(url));
    await eventually(() => asked === 20 && gate.arrived === 1);
    gate.open();
    await eventually(() => gate.arrived === 20);
    gate.open();
    const replies = await Promise.all(sent);
    expect(runs).toBe(20);
    expect(new Set(replies.map((reply) => reply.text)).size).toBe(20);
  });

  it('do not wait for each other once the URL is known not to be storable', async () => {
    const gate = createGate();
    const url = await start(async (call) => {
      if (runs > 1) await gate.pass();
      call.header('Cache-Control', 'private');
      call.text('mine');
    });
    await send(url);
    const sent = Array.from({ length: 10 }, () => send(url));
    await eventually(() => gate.arrived === 10);
    gate.open();
    await Promise.all(sent);
    expect(outcomes()?.bypass).toEqual({ uncacheable: 10 });
  });

  it('get the response of their own choice, not that of the first', async () => {
    const gate = createGate();
    const url = await start(async (call) => {
      await gate.pass();
      call.header('Vary', 'Accept-Language');
      call.text(String(call.headers['accept-language']));
    });
    const languages = ['de', 'en', 'de', 'en', 'de', 'en'];
    const sent = languages.map((language) => send(url, { headers: { 'accept-language': language } }));
    await eventually(() => asked === 6 && gate.arrived === 1);
    gate.open();
    await eventually(() => gate.arrived === 1);
    gate.open();
    const replies = await Promise.all(sent);
    expect(replies.map((reply) => reply.text)).toEqual(languages);
    expect(runs).toBe(2);
  });

  it('have another of them fill when the first one’s client goes away', async () => {
    const gate = createGate();
    const url = await start(async (call, run) => {
      const response = call.raw();
      response.writeHead(200);
      response.write('begun, ');
      await gate.pass();
      if (!response.destroyed) response.end(`run ${run}`);
    });
    const first = await open(url);
    await eventually(() => gate.arrived === 1);
    const others = Array.from({ length: 5 }, () => send(url));
    await eventually(() => asked === 6);
    first.destroy();
    await eventually(() => gate.arrived === 2);
    gate.open();
    const replies = await Promise.all(others);
    expect(new Set(replies.map((reply) => reply.text))).toEqual(new Set(['begun, run 2']));
    expect(runs).toBe(2);
    expect(outcomes()?.notStored).toEqual({ aborted: 1 });
  });

  it('wait no longer than they may for one that does not end', async () => {
    const gate = createGate();
    const url = await start(
      async (call, run) => {
        if (run === 1) await gate.pass();
        call.text(`run ${run}`);
      },
      { options: { maxWait: '50ms' } },
    );
    const first = send(url);
    await eventually(() => gate.arrived === 1);
    const second = await send(url);
    expect(second.text).toBe('run 2');
    expect(statusOf(second)).toBe('breakwater; fwd=uri-miss; collapsed=?0; detail=concurrent');
    gate.open();
    expect((await first).text).toBe('run 1');
  });

  it('do not share what was invalidated before they came', async () => {
    const gate = createGate();
    const url = await start(
      async (call, run) => {
        await gate.pass();
        call.text(`run ${run}`);
      },
      {},
      { tags: ['prices'] },
    );
    const before = send(url);
    await eventually(() => gate.arrived === 1);
    await app.cache.invalidate({ tag: 'prices' });
    const after = send(url);
    await eventually(() => asked === 2);
    gate.open();
    await eventually(() => gate.arrived === 1);
    gate.open();
    expect((await before).text).toBe('run 1');
    expect((await after).text).toBe('run 2');
  });
});
