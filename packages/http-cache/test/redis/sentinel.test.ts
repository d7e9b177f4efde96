import { createManualClock, eventually, frameworks } from '@breakwater/testkit';
import { describe, expect, it } from 'vitest';
import { send, statusOf } from '../http-client.ts';
import type { App } from '../small-app.ts';
import { useFleet } from '../use-fleet.ts';

const fleet = useFleet();

describe.each(frameworks)('the sentinel with Redis, on $name', (framework) => {
  const clock = createManualClock();

  function start(namespace: string): Promise<App> {
    return fleet.start(
      framework,
      { namespace, clock },
      {
        options: {
          authority: 'api',
          clock,
          guard: { mode: 'off' },
          sentinel: { mode: 'quarantine', sample: 1, interval: 0 },
        },
        routes: [
          {
            path: '/page',
            policy: { ttl: '60s', name: 'page' },
            handle: (call) => call.text(`hello ${call.headers['x-user'] ?? 'stranger'}`),
          },
        ],
      },
    );
  }

  async function ask(app: App, user: string, path = '/page') {
    clock.advance(10);
    const reply = await send(app.url + path, { headers: { 'x-user': user } });
    await app.httpCache.close();
    return reply;
  }

  it('a quarantine removes what is stored of the policy in every instance, and holds where the leak was found', async () => {
    const namespace = `quarantine-${framework.name.replaceAll(' ', '-')}`;
    const [one, two] = [await start(namespace), await start(namespace)];
    // What another instance stored is looked at as well.
    await ask(two, 'ada');
    expect((await ask(one, 'bob')).text).toBe('hello ada');
    await ask(two, 'ada');
    await ask(two, 'ada', '/page?other');
    await eventually(async () => {
      await ask(one, 'bob');
      expect(one.httpCache.stats().quarantined).toEqual(['page']);
    });
    expect(statusOf(await ask(one, 'bob'))).toBe('breakwater; fwd=bypass; detail=quarantined');
    expect(two.httpCache.stats().quarantined).toEqual([]);
    await eventually(async () => {
      const { stored } = await two.httpCache.explain({ url: '/page?other', policy: 'page' });
      expect(stored).toBeUndefined();
    });
  });
});
