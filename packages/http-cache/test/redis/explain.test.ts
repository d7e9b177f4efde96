import { createManualClock, frameworks } from '@breakwater/testkit';
import { describe, expect, it } from 'vitest';
import { send, statusOf } from '../http-client.ts';
import type { App } from '../small-app.ts';
import { useFleet } from '../use-fleet.ts';

const fleet = useFleet();

describe.each(frameworks)('explain with Redis, on $name', (framework) => {
  const clock = createManualClock();

  function start(namespace: string): Promise<App> {
    return fleet.start(
      framework,
      { namespace, clock },
      {
        options: { authority: 'api', clock },
        routes: [
          { path: '/page', policy: { ttl: '60s', tags: ['pages'] }, handle: (call) => call.text('page') },
          {
            path: '/vary',
            policy: { ttl: '60s' },
            handle(call) {
              call.header('Vary', 'Accept-Language');
              call.text(String(call.headers['accept-language']));
            },
          },
        ],
      },
    );
  }

  it.each([
    ['/page', {}],
    ['/vary', { 'accept-language': 'de' }],
  ])('what another instance stored under %s is told to lie in Redis, and stays there', async (path, headers) => {
    const namespace = `explain-${framework.name}${path}`.replaceAll(/[^\w-]/g, '-');
    const [one, two] = [await start(namespace), await start(namespace)];
    await send(one.url + path, { headers });
    await one.httpCache.close();
    const explain = () => two.httpCache.explain({ url: path, headers, policy: 'origin' });
    // An instance that no request has come to knows no route.
    expect(await explain()).toMatchObject({ outcome: 'miss', stored: undefined });
    await send(`${two.url}${path}?first`, { headers });
    await two.httpCache.close();
    for (const tiers of [['redis'], ['memory', 'redis']]) {
      const entries = two.cache.stats().memory.entries;
      const explanation = await two.httpCache.explain({ url: path, headers, policy: path });
      expect(explanation).toMatchObject({ outcome: 'hit', stored: { tiers } });
      expect(explanation.stored?.tags.at(-1)).toMatchObject({ tag: `route ${path}`, generation: expect.any(String) });
      expect(two.cache.stats().memory.entries).toBe(entries);
      expect(statusOf(await send(two.url + path, { headers }))).toBe(explanation.cacheStatus);
    }
  });
});
