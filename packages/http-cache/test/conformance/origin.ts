import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import handleConfig from 'http-cache-tests/server/handle-config.mjs';
import handleState from 'http-cache-tests/server/handle-state.mjs';
import handleTest from 'http-cache-tests/server/handle-test.mjs';
import type { OwnOrigin } from './own/own-origin.ts';

export type Handle = (segments: string[], request: IncomingMessage, response: ServerResponse) => void;

const HANDLES: Readonly<Record<string, Handle>> = { config: handleConfig, state: handleState, test: handleTest };

/** The suite's origin on loopback; its own server listens on every interface. Ours is beside it. Returns its URL. */
export async function startOrigin(own: OwnOrigin): Promise<string> {
  const handles: Readonly<Record<string, Handle>> = { ...HANDLES, own: own.handle };
  const server = createServer((request, response) => {
    const [dispatch = '', ...segments] = new URL(request.url ?? '/', 'http://origin').pathname.slice(1).split('/');
    const handle = handles[dispatch];
    if (handle) handle(segments, request, response);
    else response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
