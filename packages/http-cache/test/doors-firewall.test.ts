import { createManualClock, frameworks } from '@breakwater/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpCacheOptions, RoutePolicyOptions } from '../src/index.ts';
import { send, statusOf } from './http-client.ts';
import { type App, serveApp } from './small-app.ts';

let app: App;
afterEach(() => app.close());

const STORED = 'breakwater; fwd=uri-miss; stored';
const HIT = 'breakwater; hit; detail=memory';

describe.each(frameworks)('a flood of keys, on $name', (framework) => {
  const clock = createManualClock();
  const overBudget: unknown[] = [];

  async function start(
    options: Omit<HttpCacheOptions<never>, 'cache'>,
    policy: Partial<RoutePolicyOptions<never>> = {},
  ) {
    overBudget.length = 0;
    let runs = 0;
    app = await serveApp(framework, {
      options: { clock, ...options },
      routes: [
        {
          path: '/page',
          policy: { ttl: '1m', name: 'page', ...policy },
          handle(call) {
            runs += 1;
            call.header('Vary', 'Accept-Language');
            call.text(`run ${runs}`);
          },
        },
      ],
    });
    app.httpCache.on('keys:over-budget', (event) => overBudget.push(event));
    return async (query: string, headers: Record<string, string> = {}) => {
      const reply = await send(`${app.url}/page${query}`, { headers });
      await app.httpCache.close();
      return statusOf(reply).replace(/ ttl=\d+;/, '');
    };
  }

  it('does not enter the cache where a key has to be asked for more than once', async () => {
    const ask = await start({}, { minUses: 2 });
    expect(await ask('?x=1')).toBe('breakwater; fwd=uri-miss; detail=min-uses');
    expect([await ask('?x=1'), await ask('?x=1')]).toEqual([STORED, HIT]);
    for (let flood = 0; flood < 20; flood += 1) await ask(`?flood=${flood}`);
    expect(app.httpCache.stats().policies.page).toMatchObject({ stored: 1, notStored: { 'min-uses': 21 } });
    // Its variants are keys as well.
    const german = { 'accept-language': 'de' };
    expect(await ask('?x=1', german)).toBe('breakwater; fwd=uri-miss; detail=min-uses');
    expect([await ask('?x=1', german), await ask('?x=1', german)]).toEqual(['breakwater; fwd=vary-miss; stored', HIT]);
  });

  it('ends at the budget of its policy: what was stored is still hit, and a key that is wanted gets in', async () => {
    const ask = await start({ maxKeys: 5 });
    await ask('');
    for (let flood = 0; flood < 20; flood += 1) {
      await ask(`?flood=${flood}`);
      expect(await ask('')).toBe(HIT);
    }
    expect(app.httpCache.stats().policies.page).toMatchObject({ stored: 5, notStored: { 'max-keys': 16 } });
    expect(overBudget).toEqual([{ policy: 'page', maxKeys: 5 }]);
    expect([await ask('?flood=19'), await ask('?flood=19')]).toEqual([STORED, HIT]);
    // What had expired is no new key.
    clock.advance(60_000);
    await app.cache.clear();
    expect(await ask('')).toBe(STORED);
    clock.advance(120_000);
    expect(await ask('?later')).toBe(STORED);
  });

  it('of variants ends at their cap', async () => {
    const ask = await start({ maxVariants: 3 });
    const inLanguage = (language: string) => ask('', { 'accept-language': language });
    await inLanguage('de');
    for (let flood = 0; flood < 20; flood += 1) await inLanguage(`x-${flood}`);
    expect(app.httpCache.stats().policies.page).toMatchObject({ stored: 3, notStored: { variants: 18 } });
    expect(await inLanguage('de')).toBe(HIT);
  });

  it('of hosts runs the handler, and stores nothing, where the cache was told which are its own', async () => {
    const ask = await start({ authority: ['shop.example', 'Localhost:3000'] });
    const told = (headers: Record<string, string>) => ask('', headers);
    expect(await told({ host: 'shop.example' })).toBe(STORED);
    expect(await told({ host: 'SHOP.example' })).toBe(HIT);
    expect(await told({ host: 'localhost:3000', 'x-forwarded-host': 'evil.example' })).toBe(STORED);
    for (const host of ['evil.example', 'shop.example:81', 'localhost', 'shop.example.']) {
      expect(await told({ host })).toBe('breakwater; fwd=bypass; detail=authority');
    }
    expect(app.httpCache.stats().policies.page?.bypass).toEqual({ authority: 4 });
  });

  it('of a host that reads as two is not taken for one that a proxy names beside its own', async () => {
    const ask = await start({});
    expect(await ask('', { host: 'backend shop.example' })).toBe('breakwater; fwd=bypass; detail=authority');
    expect(await ask('', { host: 'backend', 'x-forwarded-host': 'shop.example' })).toBe(STORED);
    expect(await ask('', { host: 'backend shop.example' })).not.toBe(HIT);
  });
});

describe.each(frameworks)('a path that may mean another one, on $name', (framework) => {
  it.each([
    '/files/..%2faccount',
    '/files/%2e%2e/account',
    '/files/../account',
    '/files/a%2f..%2f..%2faccount',
    '/files/..;/account',
    '/files/..%5caccount',
    '/files/%252e%252e%252faccount',
    '/files/account%00.css',
  ])('is never stored, though a route for whatever is below its path is: %s', async (path) => {
    let runs = 0;
    app = await serveApp(framework, {
      routes: [
        {
          path: framework.name === 'Express 5' ? '/files/{*rest}' : '/files/*',
          policy: { ttl: '1m', audience: 'everyone' },
          handle(call) {
            runs += 1;
            call.text(`run ${runs}`);
          },
        },
      ],
    });
    for (const sent of [path, path, '/files/a%2Fb', '/files/a%2Fb']) {
      await send(app.url, { path: sent });
      await app.httpCache.close();
    }
    const replies = [await send(app.url, { path }), await send(app.url, { path: '/files/a%2Fb' })];
    expect(replies.map((reply) => reply.text)).toEqual(['run 4', 'run 3']);
    expect(statusOf(replies[0] as never)).toBe('breakwater; fwd=bypass; detail=path');
  });
});
