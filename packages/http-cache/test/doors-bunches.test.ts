import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { frameworks } from '@breakwater/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type App, serveApp } from './small-app.ts';

const policy = { ttl: '1m' } as const;

describe.each(frameworks)('hits of one turn, on $name', (framework) => {
  let app: App;
  let responses: ServerResponse[];
  let sentBefore: boolean[];

  beforeEach(async () => {
    responses = [];
    sentBefore = [];
    const handle = (call: { text(value: string): void }) => {
      sentBefore = responses.slice(0, -1).map(({ headersSent }) => headersSent);
      call.text('handled');
    };
    app = await serveApp(framework, {
      routes: [
        { path: '/page', policy: { ...policy, name: 'page' }, handle: (call) => call.text('a page') },
        { path: '/cached', policy: { ...policy, name: 'cached' }, handle },
        { path: '/uncached', handle },
        { path: '/changed', method: 'POST', handle },
      ],
      wrap: { outside: (_headers, response) => void responses.push(response) },
    });
    await fetch(`${app.url}/page`);
    responses.length = 0;
  });
  afterEach(() => app.close());

  /** All of them at once, on one connection: they are read in one turn. */
  function sendTogether(...requests: readonly string[]): Promise<string> {
    const { host, hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    const last = requests.length - 1;
    socket.write(
      requests
        .map((line, index) => {
          const connection = index === last ? 'close' : 'keep-alive';
          return `${line} HTTP/1.1\r\nHost: ${host}\r\nConnection: ${connection}\r\n\r\n`;
        })
        .join(''),
    );
    return text(socket);
  }

  it('are answered in the order of their requests', async () => {
    await fetch(`${app.url}/cached`);
    const left = await sendTogether('GET /page', 'GET /cached', 'GET /page');
    const bodies = left.split('\r\n\r\n').slice(1);
    expect(bodies.map((body) => body.split('HTTP/1.1')[0])).toEqual(['a page', 'handled', 'a page']);
    expect(left.match(/hit; /g)).toHaveLength(3);
  });

  it.each(['GET /cached', 'GET /uncached', 'POST /changed'])(
    'have left when the handler of %s runs',
    async (request) => {
      const left = await sendTogether('GET /page', 'GET /page', request);
      expect(left).toContain('handled');
      expect(sentBefore).toEqual([true, true]);
    },
  );
});
