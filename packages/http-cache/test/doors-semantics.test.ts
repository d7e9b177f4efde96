import { once } from 'node:events';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { createCache } from '@breakwater/cache';
import { createManualClock, eventually, frameworks } from '@breakwater/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { send, statusOf } from './http-client.ts';
import { type App, type AppSettings, type Call, serveApp } from './small-app.ts';

let app: App;
afterEach(() => app.close());

describe.each(frameworks)('the words of HTTP, on $name', (framework) => {
  const clock = createManualClock();
  let runs = 0;
  let handle: (call: Call) => void;

  /** `/page` says itself how it is cached, `/policy` has a policy; both run the same handler. */
  async function start(settings: Partial<AppSettings> = {}): Promise<string> {
    runs = 0;
    const counted = (call: Call) => {
      runs += 1;
      handle(call);
    };
    app = await serveApp(framework, {
      routes: [
        { path: '/page', handle: counted },
        { path: '/policy', policy: { ttl: '5s' }, handle: counted },
      ],
      cache: createCache({ clock }),
      ...settings,
      options: { clock, ...settings.options },
    });
    return app.url;
  }

  async function ask(path: string, headers = {}, method = 'GET') {
    const reply = await send(`${app.url}${path}`, { headers, method });
    await app.httpCache.close();
    return reply;
  }

  const say = (control: string, more?: (call: Call) => void) => (call: Call) => {
    call.header('Cache-Control', control);
    more?.(call);
    call.text(`run ${runs}`);
  };

  it('interim responses of a handler go through on a miss, and no hit has any', async () => {
    handle = (call) => {
      const response = call.raw();
      response.writeContinue();
      response.writeProcessing();
      response.writeEarlyHints({ link: '</style.css>; rel=preload', 'x-early': '1' });
      response.setHeader('Cache-Control', 'public, max-age=5');
      response.end('page');
    };
    await start();
    const interim = async () => {
      const seen: [number, unknown][] = [];
      const sent = request(`${app.url}/page`, { headers: { expect: '100-continue' } });
      sent.on('information', ({ statusCode, headers }) => void seen.push([statusCode, headers['x-early']]));
      sent.end();
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      const body = await text(answer);
      await app.httpCache.close();
      return { seen, body, status: answer.headers['cache-status'], early: answer.headers['x-early'] };
    };
    const miss = await interim();
    expect(miss.seen.map(([status]) => status)).toEqual(expect.arrayContaining([100, 102, 103]));
    expect(miss.seen).toContainEqual([103, '1']);
    const hit = await interim();
    expect(hit.status).toContain('hit');
    // Node's own server says 100 to who expects it; a handler that does not run says nothing.
    expect(hit.seen.filter(([status]) => status !== 100)).toEqual([]);
    expect([hit.body, hit.early]).toEqual(['page', undefined]);
    expect(runs).toBe(1);
  });

  it.each(['if-match', 'if-unmodified-since'])(
    '%s is the handler’s to evaluate, and its 412 is not stored',
    async (name) => {
      handle = (call) => {
        call.header('ETag', '"one"');
        call.header('Cache-Control', 'public, max-age=5');
        if (call.headers[name] !== undefined) call.status(412);
        call.text(`run ${runs}`);
      };
      await start();
      const condition = name === 'if-match' ? '"two"' : 'Sun, 06 Nov 1994 08:49:37 GMT';
      for (const path of ['/page', '/policy']) {
        await ask(path);
        const refused = await ask(path, { [name]: condition });
        expect(refused.status).toBe(412);
        expect(statusOf(refused)).toBe('breakwater; fwd=bypass; detail=precondition');
        expect((await ask(path)).status).toBe(200);
      }
      expect(runs).toBe(4);
    },
  );

  it('a GET with content is the handler’s alone, and what it answers is nobody else’s', async () => {
    handle = say('public, max-age=5');
    await start();
    for (const path of ['/page', '/policy']) {
      const sent = request(`${app.url}${path}`, { headers: { 'content-length': '6' } }).end('poison');
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      expect(answer.headers['cache-status']).toBe('breakwater; fwd=bypass; detail=content');
      await text(answer);
      expect(statusOf(await ask(path))).toContain('fwd=uri-miss');
    }
  });

  it('several cookies are stored as the lines they are, where cookies are stored at all', async () => {
    const cookies = ['a=1; Expires=Sun, 06 Nov 2094 08:49:37 GMT', 'b=2'];
    handle = say('public, max-age=5', (call) => call.header('Set-Cookie', cookies));
    await start({ options: { origin: { setCookie: 'store' } } });
    for (const _ of ['miss', 'hit']) expect((await ask('/page')).headers['set-cookie']).toEqual(cookies);
    expect(runs).toBe(1);
  });

  it('a stored cookie stands beside the one that a caller is given', async () => {
    let visit = 0;
    handle = say('public, max-age=5', (call) => call.header('Set-Cookie', ['shared=1']));
    await start({
      options: { origin: { setCookie: 'store' } },
      before: (call) => {
        visit += 1;
        call.header('Set-Cookie', [`visit=${visit}`]);
      },
    });
    await ask('/page');
    const hit = await ask('/page');
    expect(statusOf(hit)).toContain('hit');
    expect(hit.headers['set-cookie']).toEqual(['visit=2', 'shared=1']);
    expect(hit.headers['cache-control']).toBe('private, no-store');
  });

  it('a cookie that a handler adds to an earlier one is seen as its own, however it is added', async () => {
    handle = (call) => {
      if (call.path === '/page') say('public, max-age=5', () => call.header('Set-Cookie', ['visit=1', 'mine=1']))(call);
      else {
        const response = call.raw();
        response.appendHeader('Set-Cookie', 'mine=1');
        response.end();
      }
    };
    await start({
      before: (call) => call.header('Set-Cookie', ['visit=1', 'seen=1']),
      wrap: { outside: (_headers, response) => response.setHeader('Set-Cookie', ['visit=1', 'seen=1']) },
    });
    for (const path of ['/page', '/policy']) expect(statusOf(await ask(path))).toContain('detail=set-cookie');
  });

  it('cookies of a 304 reach its own caller, a line each, and nobody else', async () => {
    handle = (call) => {
      call.header('ETag', '"one"');
      call.header('Cache-Control', 'public, max-age=5');
      if (call.headers['if-none-match'] === '"one"') {
        call.status(304);
        call.header('Set-Cookie', ['a=1', 'b=2']);
      }
      call.text('page');
    };
    await start();
    await ask('/page');
    clock.advance(6000);
    const revived = await ask('/page');
    expect([revived.status, revived.text]).toEqual([200, 'page']);
    expect(revived.headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(statusOf(revived)).toBe('breakwater; fwd=stale; fwd-status=304');
    expect(app.httpCache.stats().policies.origin?.notStored).toEqual({ 'set-cookie': 1 });
  });

  it('a 304 of another response than the stored one does not make that fresh', async () => {
    handle = (call) => {
      call.header('Cache-Control', 'public, max-age=5');
      call.header('ETag', runs === 1 ? '"one"' : '"two"');
      call.header('Last-Modified', 'Sun, 06 Nov 1994 08:49:37 GMT');
      if (call.headers['if-modified-since'] !== undefined) {
        call.status(304);
        call.header('X-New', '1');
      }
      call.text('page');
    };
    await start();
    await ask('/page');
    clock.advance(6000);
    const reply = await ask('/page');
    expect([reply.status, reply.text, reply.headers.age]).toEqual([200, 'page', '6']);
    expect(reply.headers).toMatchObject({ etag: '"one"' });
    expect(reply.headers).not.toHaveProperty('x-new');
    expect(statusOf(reply)).toBe('breakwater; fwd=stale; fwd-status=304; detail=unrelated');
    expect(statusOf(await ask('/page'))).not.toContain('hit');
  });

  it('a HEAD that speaks of other content makes what is stored untrue', async () => {
    let tag = '"one"';
    handle = say('public, max-age=5, stale-if-error=600', (call) => call.header('ETag', tag));
    await start();
    await ask('/page');
    clock.advance(6000);
    const same = await ask('/page', {}, 'HEAD');
    expect(statusOf(same)).toBe('breakwater; fwd=stale; detail=head');
    const fail = handle;
    handle = (call) => {
      call.status(503);
      call.text('');
    };
    expect((await ask('/page')).text).toBe('run 1');
    handle = fail;
    tag = '"two"';
    await ask('/page', {}, 'HEAD');
    handle = (call) => {
      call.status(503);
      call.text('');
    };
    expect((await ask('/page')).status).toBe(503);
  });

  it('trailers are part of no stored response', async () => {
    handle = (call) => {
      const response = call.raw();
      response.writeHead(200, { 'Cache-Control': 'public, max-age=5', Trailer: 'X-Sum' });
      response.write('page');
      response.addTrailers({ 'X-Sum': '1' });
      response.end();
    };
    await start();
    const open = async () => {
      const [answer] = (await once(request(`${app.url}/page`).end(), 'response')) as [IncomingMessage];
      await text(answer);
      await app.httpCache.close();
      return answer;
    };
    const miss = await open();
    expect([miss.headers.trailer, miss.trailers]).toEqual(['X-Sum', { 'x-sum': '1' }]);
    const hit = await open();
    expect([hit.headers.trailer, hit.trailers, hit.headers['content-length']]).toEqual([undefined, {}, '4']);
  });

  it('who asks for a part through a compression is sent the whole', async () => {
    handle = (call) => void call.raw().end('0123456789');
    await start({
      wrap: {
        outside(_headers, response) {
          const { write } = response;
          response.write = ((...args: unknown[]) => Reflect.apply(write, response, args)) as ServerResponse['write'];
        },
      },
    });
    await ask('/policy');
    const whole = await ask('/policy', { range: 'bytes=2-4' });
    expect([whole.status, whole.text]).toEqual([200, '0123456789']);
    expect(statusOf(whole)).toContain('hit');
  });

  it('a date is no validator for a part unless it is older than the response', async () => {
    const modified = new Date(clock.now() - 60_000).toUTCString();
    handle = (call) => {
      call.header('Date', new Date(clock.now()).toUTCString());
      if (runs === 1) call.header('Last-Modified', modified);
      call.text('0123456789');
    };
    await start();
    await ask('/policy');
    expect((await ask('/policy', { range: 'bytes=2-4', 'if-range': modified })).text).toBe('234');
    await app.httpCache.purge({ url: `${app.url}/policy` });
    const made = String((await ask('/policy')).headers.date);
    expect((await ask('/policy', { range: 'bytes=2-4', 'if-range': made })).text).toBe('0123456789');
  });

  it('a client that goes while it waits for 100 leaves nothing behind', async () => {
    handle = (call) => {
      const response = call.raw();
      response.writeProcessing();
      response.once('close', () => response.end('late'));
    };
    await start();
    const sent = request(`${app.url}/policy`);
    sent.on('error', () => {});
    sent.on('information', () => sent.destroy());
    sent.end();
    await eventually(() => app.httpCache.stats().policies['/policy']?.notStored.aborted === 1);
  });
});
