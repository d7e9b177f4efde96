import { createCache } from '@breakwater/cache';
import { createManualClock, eventually, frameworks } from '@breakwater/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpCacheEvents, RoutePolicyOptions, SentinelOptions } from '../src/index.ts';
import { send, statusOf } from './http-client.ts';
import { type App, type Call, serveApp } from './small-app.ts';

process.on('warning', () => {});

let app: App;
afterEach(() => app.close());

describe.each(frameworks)('the sentinel, on $name', (framework) => {
  const clock = createManualClock();
  const leaks: HttpCacheEvents['response:leaked'][] = [];
  const failures: HttpCacheEvents['cache:failed'][] = [];
  let runs = 0;

  interface Settings extends Partial<RoutePolicyOptions<never>> {
    readonly sentinel?: SentinelOptions;
    readonly before?: (call: Call, session: (value: object) => void) => void;
    readonly passes?: (call: Call) => boolean;
  }

  async function start(handle: (call: Call) => void, { sentinel, before, passes, ...policy }: Settings = {}) {
    runs = 0;
    leaks.length = 0;
    failures.length = 0;
    app = await serveApp(framework, {
      cache: createCache({ clock }),
      options: {
        clock,
        guard: { mode: 'off' },
        sentinel: { mode: 'report', sample: 1, interval: 0, ...sentinel },
      },
      ...(before && { before }),
      ...(passes && { passes }),
      routes: [
        {
          path: '/page',
          policy: { ttl: '5s', name: 'page', ...policy },
          handle(call) {
            runs += 1;
            handle(call);
          },
        },
      ],
    });
    app.httpCache.on('response:leaked', (leak) => leaks.push(leak));
    app.httpCache.on('cache:failed', (failure) => failures.push(failure));
  }

  /** A request; what the sentinel does about it has been done when this resolves. */
  async function ask(headers: Record<string, string> = {}, path = '/page') {
    clock.advance(10);
    const reply = await send(app.url + path, { headers });
    await app.httpCache.close();
    return reply;
  }

  /** The page is stored for `filler` and served to `hitter`, as often as it takes to be sure, and once more. */
  async function serveInTurns(filler: Record<string, string>, hitter: Record<string, string>, path?: string) {
    for (let turn = 0; turn < 3; turn += 1) {
      await ask(filler, path);
      expect(statusOf(await ask(hitter, path))).toContain('hit');
      clock.advance(5000);
    }
  }

  const ada = { 'x-user': 'ada' };
  const bob = { 'x-user': 'bob' };
  const greets = (call: Call) => call.text(`hello ${call.headers['x-user'] ?? 'stranger'}`);
  const outcomes = () => app.httpCache.stats().policies.page;

  it('reports a page that a header makes which its key forgets', async () => {
    await start(greets);
    await serveInTurns(ada, bob, '/page?token=secret&x');
    expect(leaks[0]).toEqual({
      policy: 'page',
      url: '/page?token&x',
      principal: 'anonymous',
      stored: { status: 200, bytes: 9, hash: expect.stringMatching(/^[\w-]{43}$/) },
      answered: { status: 200, bytes: 14, hash: expect.stringMatching(/^[\w-]{43}$/) },
      quarantined: false,
    });
    expect(JSON.stringify(leaks)).not.toMatch(/ada|secret/);
    expect(outcomes()).toMatchObject({ leaks: 2, stored: 3 });
    expect(app.httpCache.stats().quarantined).toEqual([]);
  });

  it('reports a page that a session makes', async () => {
    const session = (call: Call, set: (value: object) => void) =>
      set({ cookie: {}, ...(call.headers.cookie === 'id=ada' && { user: 'ada' }) });
    await start((call) => call.text(`hello ${(call.session as { user?: string }).user ?? 'stranger'}`), {
      audience: 'everyone',
      before: session,
    });
    await serveInTurns({ cookie: 'id=ada' }, {});
    expect(leaks).toHaveLength(2);
  });

  it('reports a page that its handler refuses to strangers, for the cache does not', async () => {
    await start(
      (call) => {
        if (call.headers.authorization !== 'Bearer ada') call.status(401);
        call.text('secret');
      },
      { audience: 'everyone' },
    );
    await serveInTurns({ authorization: 'Bearer ada' }, {});
    expect(leaks[0]).toMatchObject({ principal: 'anonymous', stored: { status: 200 }, answered: { status: 401 } });
  });

  it('puts the policy into quarantine: nothing of it is stored or served, until it is released', async () => {
    await start(greets, { sentinel: { mode: 'quarantine' } });
    await ask(ada);
    expect((await ask(bob)).text).toBe('hello ada');
    // A suspect goes at once, to be looked at again when it is stored anew.
    expect(statusOf(await ask(ada))).toBe('breakwater; fwd=uri-miss; stored');
    await ask({}, '/page?other');
    expect(leaks).toEqual([]);
    await ask(bob);
    expect(leaks).toMatchObject([{ quarantined: true }]);
    expect(app.httpCache.stats().quarantined).toEqual(['page']);
    for (const path of ['/page', '/page?other', '/page?new']) {
      const reply = await ask(bob, path);
      expect([reply.text, statusOf(reply)]).toEqual(['hello bob', 'breakwater; fwd=bypass; detail=quarantined']);
      const explained = await app.httpCache.explain({ url: app.url + path, policy: 'page' });
      expect(explained).toMatchObject({ reason: 'quarantined', stored: undefined });
    }
    expect(outcomes()?.bypass).toEqual({ quarantined: 3 });
    expect(app.httpCache.release('page')).toBe(true);
    expect(app.httpCache.release('page')).toBe(false);
    expect(statusOf(await ask(bob))).toBe('breakwater; fwd=uri-miss; stored');
  });

  it('does not store what a handler makes that ran when its policy came into quarantine', async () => {
    let finish: (() => void) | undefined;
    await start(
      (call) => {
        if (call.path === '/page?slow') finish = () => greets(call);
        else greets(call);
      },
      { sentinel: { mode: 'quarantine' } },
    );
    await ask(ada);
    await ask(bob);
    await ask(ada);
    clock.advance(10);
    const slow = send(`${app.url}/page?slow`);
    await eventually(() => finish !== undefined);
    await ask(bob);
    expect(leaks).toHaveLength(1);
    finish?.();
    expect(statusOf(await slow)).toBe('breakwater; fwd=uri-miss; detail=quarantined');
    await app.httpCache.close();
    expect(outcomes()?.notStored).toEqual({ quarantined: 1 });
  });

  it.each<[string, () => (call: Call) => void, Settings?]>([
    ['that is the same for all', () => (call) => call.text('page')],
    ['that is another at each run', () => (call) => call.text(`run ${runs}`)],
    ['that changes now and then', () => (call) => call.text(`at ${Math.floor(clock.now() / 3000)}`)],
    [
      'whose key knows what it is made from',
      () => (call) => {
        call.header('Vary', 'X-User');
        greets(call);
      },
    ],
    [
      'whose handler fails for strangers',
      () => (call) => {
        if (!call.headers['x-user']) throw new Error('who are you?');
        greets(call);
      },
    ],
    [
      'whose handler has strangers wait for their turn',
      () => (call) => {
        if (!call.headers['x-user']) call.status(429);
        call.text('page');
      },
    ],
    [
      'whose handler refuses only credentials that are nobody’s',
      () => (call) => {
        if (call.headers.authorization?.startsWith('Bearer')) call.status(401);
        call.text('page');
      },
      { audience: 'everyone' },
    ],
    ['that who is logged in is not served', () => (call) => call.text(call.headers.authorization ? 'yours' : 'page')],
    [
      'of which only the nonce changes, for whom the nonce is ignored',
      () => (call) => call.text(`page <${call.headers['x-user']}>`),
      { sentinel: { ignore: (body) => body.toString().replace(/<.*>/, '') } },
    ],
  ])('says nothing of a page %s', async (_what, handler, settings) => {
    await start(handler(), settings);
    await serveInTurns(ada, ada);
    expect(leaks).toEqual([]);
    expect(failures).toEqual([]);
    expect(outcomes()).toMatchObject({ leaks: 0, hitMemory: 3 });
    expect(outcomes()?.shadows).toBeGreaterThanOrEqual(3);
  });

  it('says nothing of a page that a guard in front of the cache keeps strangers from', async () => {
    await start(greets, {
      passes: (call) => call.headers['x-user'] !== undefined,
    });
    expect((await ask()).status).toBe(401);
    await serveInTurns(ada, bob);
    expect(outcomes()).toMatchObject({ shadows: 0, shadowsFailed: 6, leaks: 0, hitMemory: 3 });
  });

  it('asks as a caller that is named, with the headers that are named', async () => {
    const seen: unknown[] = [];
    await start(
      (call) => {
        seen.push([call.headers['x-user'], call.headers['x-tenant'], call.headers['x-other']]);
        greets(call);
      },
      { sentinel: { principal: () => ({ 'X-User': 'canary' }), headers: ['X-Tenant'] } },
    );
    await serveInTurns(ada, { ...bob, 'x-tenant': 'acme', 'x-other': 'other' });
    expect(seen.slice(0, 2)).toEqual([
      ['ada', undefined, undefined],
      ['canary', 'acme', undefined],
    ]);
    expect(leaks[0]).toMatchObject({ principal: 'named' });
  });

  it('looks at a stored response once, at hits alone, and stores nothing itself', async () => {
    await start((call) => call.text(`page ${call.headers['x-user'] ?? ''}`));
    await ask(ada);
    expect(runs).toBe(1);
    for (let hit = 0; hit < 5; hit += 1) expect((await ask(ada)).text).toBe('page ada');
    // Anonymous; with credentials he would not be served from this cache.
    expect(runs).toBe(2);
    expect(outcomes()).toMatchObject({ shadows: 1, stored: 1, hitMemory: 5, bypass: {}, notStored: {} });
    expect(app.httpCache.stats().policies.origin).toMatchObject({ hitMemory: 0, stored: 0 });
  });

  it('keeps to its share of hits and to its interval', async () => {
    await start(greets, { sentinel: { sample: 0 } });
    await serveInTurns(ada, bob);
    expect(outcomes()?.shadows).toBe(0);
    await app.close();
    await start(greets, { sentinel: { interval: '1m' } });
    await serveInTurns(ada, bob);
    expect(outcomes()?.shadows).toBe(1);
  });

  it('gives up where a stranger gets no answer in time, and reports what your own functions throw', async () => {
    await start(
      (call) => {
        if (call.headers['x-user']) greets(call);
      },
      { sentinel: { timeout: 20 } },
    );
    await serveInTurns(ada, ada);
    expect(outcomes()).toMatchObject({ shadows: 0, shadowsFailed: 6, leaks: 0 });
    await app.close();
    const error = new Error('no principal');
    await start(greets, {
      sentinel: {
        principal() {
          throw error;
        },
      },
    });
    await serveInTurns(ada, ada);
    expect(failures[0]).toEqual({ during: 'sentinel', error });
    expect(outcomes()).toMatchObject({ shadows: 0, shadowsFailed: 3 });
  });
});
