import { frameworks } from '@breakwater/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpCacheOptions, RoutePolicyOptions } from '../src/index.ts';
import { send, statusOf } from './http-client.ts';
import { type App, type Call, serveApp } from './small-app.ts';

let app: App;
const warnings: string[] = [];
const onWarning = ({ message }: Error) => warnings.push(message);
process.on('warning', onWarning);
afterEach(() => app.close());

describe.each(frameworks)('a handler that reads what its key does not cover, on $name', (framework) => {
  const findings: { policy: string; inputs: readonly string[] }[] = [];

  async function start(
    handle: (call: Call) => void,
    options: Omit<HttpCacheOptions<never>, 'cache'>,
    policy: Partial<RoutePolicyOptions<never>> = {},
    saves?: (call: Call) => void,
  ) {
    findings.length = 0;
    warnings.length = 0;
    app = await serveApp(framework, {
      options,
      before: (_call, session) => session({ cookie: {}, user: undefined }),
      ...(saves && { saves }),
      routes: [{ path: '/page', policy: { ttl: '1m', name: 'page', audience: 'everyone', ...policy }, handle }],
    });
    app.httpCache.on('response:under-keyed', (finding) => findings.push(finding));
    return async (headers: Record<string, string> = {}) => {
      const reply = await send(`${app.url}/page`, { headers });
      await app.httpCache.close();
      return reply;
    };
  }

  const readsLanguage = (call: Call) => call.text(call.headers['accept-language'] === 'de' ? 'Seite' : 'page');

  it('is reported: the response is stored, an event and one warning name what was read', async () => {
    const ask = await start(readsLanguage, { guard: { mode: 'report' } });
    expect(statusOf(await ask())).toBe('breakwater; fwd=uri-miss; stored');
    expect(findings).toEqual([{ policy: 'page', inputs: ['accept-language'] }]);
    await app.cache.clear();
    await ask();
    expect(findings).toHaveLength(2);
    expect(app.httpCache.stats().policies.page).toMatchObject({ underKeyed: 2, stored: 2 });
    expect(warnings.filter((warning) => warning.includes('read accept-language'))).toHaveLength(1);
  });

  it('is refused where the guard enforces: nobody gets another’s page', async () => {
    const ask = await start(readsLanguage, { guard: { mode: 'enforce' } });
    expect(statusOf(await ask())).toBe('breakwater; fwd=uri-miss; detail=under-keyed');
    expect((await ask({ 'accept-language': 'de' })).text).toBe('Seite');
    expect((await ask()).text).toBe('page');
  });

  it.each<[string, Partial<RoutePolicyOptions<never>>, HttpCacheOptions<never>['guard']]>([
    ['the policy’s vary', { vary: ['Accept-Language'] }, { mode: 'enforce' }],
    ['a key of the developer’s own', { key: () => 'k' }, { mode: 'enforce' }],
    ['the developer’s word', {}, { mode: 'enforce', ignore: ['Accept-Language'] }],
    ['no guard', {}, { mode: 'off' }],
  ])('is fine with %s', async (_what, policy, guard) => {
    const ask = await start(readsLanguage, { guard } as never, policy);
    expect(statusOf(await ask())).toContain('stored');
    expect(findings).toEqual([]);
  });

  it('is not one that reads what its own Vary names, the host, or what the cache evaluates', async () => {
    const ask = await start(
      (call) => {
        call.header('Vary', 'Accept');
        call.text(['accept', 'host', 'if-none-match', 'content-type'].map((name) => call.headers[name]).join());
      },
      { guard: { mode: 'enforce' } },
    );
    expect(statusOf(await ask({ 'if-none-match': '"a"' }))).toContain('stored');
    expect(findings).toEqual([]);
  });

  it('is not one whose session middleware looks at the session to save it', async () => {
    const page = (call: Call) => call.text('page');
    const ask = await start(page, { guard: { mode: 'enforce' } }, {}, (call) => [call.session, call.headers.cookie]);
    expect(statusOf(await ask())).toContain('stored');
    expect(findings).toEqual([]);
  });

  it('is one that reads its session itself, or whose hooks read what its page may depend on', async () => {
    const readsSession = (call: Call) => call.text(call.session ? 'page' : 'login');
    const ask = await start(readsSession, { guard: { mode: 'report' } }, {}, (call) => call.headers['accept-language']);
    await ask();
    expect(findings).toMatchObject([{ inputs: expect.arrayContaining(['session']) }]);
  });
});
