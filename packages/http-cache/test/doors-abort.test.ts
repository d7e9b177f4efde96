import { type ClientRequest, request } from 'node:http';
import { createCache } from '@breakwater/cache';
import { createManualClock, eventually, frameworks } from '@breakwater/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HttpCacheOptions } from '../src/index.ts';
import { createGate, type Gate } from './gate.ts';
import { send, statusOf } from './http-client.ts';
import { type App, type Call, serveApp } from './small-app.ts';

let app: App;
let gate: Gate;
beforeEach(() => {
  gate = createGate();
});
afterEach(async () => {
  gate.open();
  await app.close();
});

describe.each(frameworks)('a client that goes away before the head, on $name', (framework) => {
  let runs = 0;
  let asked = 0;
  let left = 0;

  async function start(
    handle: (call: Call, run: number) => void | Promise<void>,
    options: Omit<HttpCacheOptions<never>, 'cache'> = {},
  ) {
    runs = 0;
    asked = 0;
    left = 0;
    app = await serveApp(framework, {
      cache: createCache({ clock: createManualClock() }),
      options: { maxWait: '10m', clock: createManualClock(), ...options },
      before: () => {
        asked += 1;
      },
      wrap: {
        outside(_headers, response) {
          response.once('close', () => {
            if (!response.writableFinished) left += 1;
          });
        },
      },
      routes: [
        {
          path: '/page',
          policy: { ttl: '5s', name: 'page' },
          handle(call) {
            runs += 1;
            return handle(call, runs);
          },
        },
      ],
    });
  }

  /** A client that is there until the server has seen it go. */
  async function comeAndGo(): Promise<void> {
    const client: ClientRequest = request(`${app.url}/page`).end();
    client.on('error', () => {});
    await eventually(() => gate.arrived === 1);
    client.destroy();
    await eventually(() => left === 1);
  }

  const ask = () => send(`${app.url}/page`);
  const outcomes = () => app.httpCache.stats().policies.page;

  const wholes: [string, (call: Call, run: number) => void][] = [
    ['a value', (call, run) => call.json({ run })],
    ['text', (call, run) => call.text(JSON.stringify({ run }))],
    [
      'parts of a declared length',
      (call, run) => {
        const response = call.raw();
        response.writeHead(200, { 'Content-Length': 9 + String(run).length - 1 });
        response.write('{"run":');
        response.end(`${run}}`);
      },
    ],
    [
      'parts after a length',
      (call, run) => {
        const response = call.raw();
        response.setHeader('Content-Length', 9);
        response.write('{"run":');
        response.end(`${run}}`);
      },
    ],
  ];
  it.each(wholes)('leaves a fill to its end: %s is stored, and sent to those who wait', async (_what, make) => {
    await start(async (call, run) => {
      await gate.pass();
      make(call, run);
    });
    await comeAndGo();
    const waiting = [ask(), ask()];
    await eventually(() => asked === 3);
    gate.open();
    for (const reply of await Promise.all(waiting)) expect(reply.text).toBe('{"run":1}');
    expect(statusOf(await ask())).toContain('hit');
    expect(runs).toBe(1);
    expect(outcomes()).toMatchObject({ stored: 1, notStored: {} });
  });

  const parts: [string, (call: Call) => void][] = [
    ['ends without a length', (call) => void call.raw().end()],
    ['ends with a part', (call) => void call.raw().end('half')],
    ['writes without a length', (call) => void call.raw().write('half')],
    [
      'declares another length',
      (call) => {
        call.raw().setHeader('Content-Length', 10);
        call.raw().end('half');
      },
    ],
    ['destroys the response', (call) => void call.raw().destroy()],
    [
      'destroys the response in a body of a declared length',
      (call) => {
        const response = call.raw();
        response.setHeader('Content-Length', 10);
        response.write('half');
        response.destroy();
      },
    ],
  ];
  it.each(parts)('has another one fill where the handler then %s', async (_what, make) => {
    await start(async (call, run) => {
      await gate.pass();
      if (run === 1) make(call);
      else call.text('whole');
    });
    await comeAndGo();
    const waiting = ask();
    await eventually(() => asked === 2);
    gate.open();
    await eventually(() => gate.arrived === 1);
    gate.open();
    expect((await waiting).text).toBe('whole');
    expect(runs).toBe(2);
  });

  it('holds up nobody for longer than maxWait where the handler never ends, and is forgotten', async () => {
    await start(
      async (call, run) => {
        if (run === 1) await gate.pass();
        call.text(`run ${run}`);
      },
      { maxWait: '50ms' },
    );
    await comeAndGo();
    await eventually(() => outcomes()?.notStored.aborted === 1);
    expect((await ask()).text).toBe('run 2');
    // What comes in the end all the same is not kept.
    gate.open();
    await app.httpCache.close();
    expect((await ask()).text).toBe('run 2');
  });

  it('leaves a private answer to itself, and those who wait to their own handlers', async () => {
    await start(async (call, run) => {
      if (run === 1) await gate.pass();
      call.header('Cache-Control', 'private');
      call.text(`run ${run}`);
    });
    await comeAndGo();
    const waiting = [ask(), ask()];
    await eventually(() => asked === 3);
    gate.open();
    const texts = (await Promise.all(waiting)).map(({ text }) => text);
    expect(texts.toSorted()).toEqual(['run 2', 'run 3']);
  });
});

describe.each(frameworks)('a client that goes away before its change is answered, on $name', (framework) => {
  it.each<[string, (call: Call) => void]>([
    ['a value', (call) => call.json({})],
    [
      'a redirect',
      (call) => {
        call.status(303);
        call.header('Location', '/page');
        call.text('');
      },
    ],
    ['parts', (call) => void call.raw().write('half')],
    ['nothing', (call) => void call.raw().end()],
  ])('has made what is stored untrue all the same, when its handler has answered %s', async (_what, answer) => {
    let version = 1;
    let isGone = false;
    app = await serveApp(framework, {
      wrap: {
        outside(_headers, response) {
          response.once('close', () => {
            isGone ||= response.req.method === 'POST';
          });
        },
      },
      routes: [
        { path: '/page', policy: { ttl: '1m' }, handle: (call) => call.text(`version ${version}`) },
        {
          method: 'POST',
          path: '/page',
          async handle(call) {
            await gate.pass();
            version = 2;
            answer(call);
          },
        },
      ],
    });
    const ask = async () => {
      const { text } = await send(`${app.url}/page`);
      await app.httpCache.close();
      return text;
    };
    expect([await ask(), await ask()]).toEqual(['version 1', 'version 1']);
    const client = request(`${app.url}/page`, { method: 'POST' }).end();
    client.on('error', () => {});
    await eventually(() => gate.arrived === 1);
    client.destroy();
    await eventually(() => isGone);
    expect(await ask()).toBe('version 1');
    gate.open();
    await eventually(async () => (await ask()) === 'version 2');
  });
});
