import { createCache } from '@breakwater/cache';
import {
  eventually,
  type FaultProxy,
  frameworks,
  type RedisServer,
  startFaultProxy,
  startRedis,
} from '@breakwater/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send, statusOf } from '../http-client.ts';
import { type App, type AppSettings, type Call, serveApp } from '../small-app.ts';
import { useFleet } from '../use-fleet.ts';

const fleet = useFleet();

describe.each(frameworks)('on real Redis, $name', (framework) => {
  let runs = 0;

  function start(settings: Partial<AppSettings> = {}, memory = {}): Promise<App> {
    return fleet.start(framework, { memory }, { routes: [page({})], options: { authority: 'api' }, ...settings });
  }

  function page(policy: object, handle: (call: Call) => void = (call) => call.json({ run: runs })) {
    return {
      path: '/page/:id',
      policy: { ttl: '60s', tags: ['pages'], ...policy } as const,
      handle(call: Call) {
        runs += 1;
        return handle(call);
      },
    };
  }

  async function ask(app: App, path = '/page/1', headers: Record<string, string> = {}) {
    const reply = await send(`${app.url}${path}`, { headers });
    await app.httpCache.close();
    return reply;
  }

  it('a response filled by one instance is a hit on another, then from its memory', async () => {
    runs = 0;
    const [one, two] = [await start(), await start()];
    const miss = await ask(one);
    const fromRedis = await ask(two);
    expect(statusOf(fromRedis)).toMatch(/^breakwater; hit; ttl=(?:59|60); detail=redis$/);
    expect(statusOf(await ask(two))).toContain('detail=memory');
    expect(fromRedis.body).toEqual(miss.body);
    expect(fromRedis.headers['content-type']).toBe(miss.headers['content-type']);
    expect(runs).toBe(1);
    const etag = String(fromRedis.headers.etag);
    expect((await ask(two, '/page/1', { 'if-none-match': etag })).status).toBe(304);
    expect(two.httpCache.stats().policies['/page/:id']).toMatchObject({ hitRedis: 1, hitMemory: 2, notModified: 1 });
  });

  it('a hit in Redis asks for none of the tags that a fill would need', async () => {
    let asked = 0;
    const tags = () => {
      asked += 1;
      return ['pages'];
    };
    const [one, two] = [await start({ routes: [page({ tags })] }), await start({ routes: [page({ tags })] })];
    await ask(one);
    const askedByFill = asked;
    expect(statusOf(await ask(two))).toContain('detail=redis');
    expect([askedByFill > 0, asked - askedByFill]).toEqual([true, 0]);
  });

  it.each(['1mb', '1kb'])('bytes that are no text come back as they were, with %s of memory', async (maxSize) => {
    const bytesOf = (path: string) =>
      Buffer.from(Array.from({ length: 4096 }, (_, index) => (index + path.length) % 256));
    const settings = { routes: [page({}, (call) => void call.raw().end(bytesOf(call.path)))] };
    const [one, two] = [await start(settings), await start(settings, { maxSize })];
    const paths = Array.from({ length: 20 }, (_, index) => `/page/${'x'.repeat(index + 1)}`);
    for (const path of paths) await ask(one, path);
    // All of them in one answer of Redis.
    const hits = await Promise.all(paths.map((path) => ask(two, path)));
    for (const [index, hit] of hits.entries()) {
      expect(statusOf(hit)).toContain('detail=redis');
      expect(hit.body.equals(bytesOf(paths[index] as string))).toBe(true);
    }
  });

  it('variants are found by another instance', async () => {
    const settings = {
      routes: [
        page({}, (call) => {
          call.header('Vary', 'Accept-Language');
          call.text(String(call.headers['accept-language']));
        }),
      ],
    };
    const [one, two] = [await start(settings), await start(settings)];
    await ask(one, '/page/1', { 'accept-language': 'de' });
    await ask(one, '/page/1', { 'accept-language': 'en' });
    for (const language of ['de', 'en']) {
      const hit = await ask(two, '/page/1', { 'accept-language': language });
      expect(statusOf(hit)).toContain('detail=redis');
      expect(hit.text).toBe(language);
    }
  });

  it('a tag invalidated on one instance kills the response on the other, variants and all', async () => {
    runs = 0;
    const settings = {
      routes: [
        page({}, (call) => {
          call.header('Vary', 'Accept-Language');
          call.json({ run: runs });
        }),
      ],
    };
    const [one, two] = [await start(settings), await start(settings)];
    await ask(one);
    await ask(two);
    expect((await one.cache.invalidate({ tag: 'pages' })).shared).toBe(true);
    await eventually(async () => expect((await ask(two)).text).toBe('{"run":2}'));
  });

  it('a write to a URL removes it from every instance', async () => {
    runs = 0;
    const settings: Partial<AppSettings> = {
      routes: [page({}), { method: 'POST', path: '/page/:id', handle: (call) => call.json({}) }],
    };
    const [one, two] = [await start(settings), await start(settings)];
    await ask(one);
    await ask(two);
    await send(`${one.url}/page/1`, { method: 'POST' });
    await eventually(async () => expect((await ask(two)).text).toBe('{"run":2}'));
  });

  it('a route that is not cacheable costs one look into Redis, not one a request', async () => {
    const app = await start({ routes: [{ path: '/mine', handle: (call) => call.json({}) }] });
    // An instance's first look asks for more than its entry.
    await ask(app, '/mine?first');
    const before = await readCalls();
    for (let request = 0; request < 50; request += 1) await ask(app, '/mine');
    expect(await readCalls()).toBe(before + 1);
  });

  it('every key it writes has a lifetime', async () => {
    const settings: Partial<AppSettings> = {
      routes: [
        page({}, (call) => {
          call.header('Vary', 'Accept-Language');
          call.json({});
        }),
        { method: 'POST', path: '/page/:id', handle: (call) => call.json({}) },
      ],
    };
    const app = await start(settings);
    await ask(app);
    await ask(app, '/page/2', { 'accept-language': 'de' });
    await send(`${app.url}/page/1`, { method: 'POST' });
    await app.httpCache.close();
    const keys = await fleet.inspector.keys('*');
    expect(keys.length).toBeGreaterThan(2);
    for (const key of keys) expect(await fleet.inspector.pttl(key), key).toBeGreaterThan(0);
  });

  async function readCalls(): Promise<number> {
    const stats = await fleet.inspector.info('commandstats');
    const calls = [...stats.matchAll(/^cmdstat_(?:get|mget|evalsha|eval):calls=(\d+)/gm)];
    return calls.reduce((sum, [, count]) => sum + Number(count), 0);
  }
});

describe.each(frameworks)('while Redis is away, $name', (framework) => {
  let own: RedisServer;
  let network: FaultProxy;
  let redis: Redis;
  let app: App;
  let runs = 0;

  beforeAll(async () => {
    own = await startRedis();
    network = await startFaultProxy(own.port);
    redis = new Redis(network.url, { retryStrategy: () => 50 });
    redis.on('error', () => {});
    await eventually(() => redis.status === 'ready');
    app = await serveApp(framework, {
      cache: createCache({ redis, deadlineMs: '100ms' }),
      routes: [
        {
          path: '/page/:id',
          policy: { ttl: '60s', tags: ['pages'] },
          handle(call) {
            runs += 1;
            call.json({ run: runs });
          },
        },
        { method: 'POST', path: '/page/:id', handle: (call) => call.json({}) },
      ],
    });
  });
  afterAll(async () => {
    await app.httpCache.close();
    await app.close();
    await app.cache.close();
    redis.disconnect();
    await network.close();
    await own.stop();
  });

  it('no request fails: killed, frozen, cut off, with packets lost, and back', async () => {
    const outages: (() => unknown)[] = [
      () => {},
      own.kill,
      own.restart,
      own.freeze,
      own.thaw,
      () => network.inject({ kind: 'one-way', silent: 'replies' }),
      () => network.inject({ kind: 'black-hole' }),
      () => network.inject({ kind: 'drop' }),
      network.heal,
    ];
    for (const [index, turn] of outages.entries()) {
      await turn();
      const sent = Array.from({ length: 30 }, (_value, at) => send(`${app.url}/page/${index}-${at % 10}`));
      const posted = send(`${app.url}/page/${index}`, { method: 'POST' });
      for (const reply of await Promise.all([...sent, posted])) expect(reply.status).toBe(200);
    }
  });

  it('each process still runs a handler once for all who ask', async () => {
    await own.kill();
    const before = runs;
    const sent = Array.from({ length: 20 }, () => send(`${app.url}/page/together`));
    const texts = (await Promise.all(sent)).map(({ text }) => text);
    expect(new Set(texts).size).toBe(1);
    expect(runs).toBe(before + 1);
    await own.restart();
  });

  it('memory still serves hits, and once Redis is back it is used again', async () => {
    await own.kill();
    await eventually(() => app.cache.stats().redis.state === 'down' || redis.status !== 'ready');
    await send(`${app.url}/page/kept`);
    await app.httpCache.close();
    expect(statusOf(await send(`${app.url}/page/kept`))).toContain('detail=memory');
    await own.restart();
    await eventually(async () => {
      await send(`${app.url}/page/back-${runs}`);
      expect(app.cache.stats().redis.state).toBe('up');
    });
  });
});
