import { IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';

/** Whom a request of the cache's own stands for, and what marks it as such. */
export interface OwnRequest {
  /** A visitor's request: the same server, connection security and HTTP version. */
  readonly like: IncomingMessage;
  /** From the root of the server. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Set on the request, by which it is recognised. */
  readonly mark: Readonly<Record<symbol, unknown>>;
}

export interface OwnExchange {
  /** Runs it through the whole application. */
  send(): void;
  /** Ends it, answered or not. */
  abort(): void;
  /** When the response has closed. */
  readonly ended: Promise<void>;
}

/** A GET of the cache's own, whose answer goes nowhere; `undefined` where the application cannot be asked that way. */
export function createOwnRequest(own: OwnRequest): OwnExchange | undefined {
  // Node gives every socket of an HTTP server its server.
  const { server } = own.like.socket as Socket & { readonly server?: Server };
  if (!server) return undefined;
  const sink = Object.assign(new PassThrough(), {
    // From where its visitor came: with another address a proxy in between would not be trusted, or a loopback would be.
    remoteAddress: own.like.socket.remoteAddress,
    encrypted: 'encrypted' in own.like.socket && own.like.socket.encrypted === true,
    server,
    setTimeout() {},
  }) as unknown as Socket;
  sink.resume();
  // A handler may break off its response with an error. Of a visitor's socket the server would hear that, and here nobody.
  sink.on('error', () => {});
  const request = requestOn(sink, own);
  const response = new ServerResponse(request);
  response.assignSocket(sink);
  const close = () => {
    response.detachSocket(sink);
    sink.destroy();
    response.emit('close');
  };
  response.once('finish', close);
  return {
    send: () => void server.emit('request', request, response),
    abort() {
      response.off('finish', close);
      response.destroy();
    },
    ended: new Promise((resolve) => void response.once('close', resolve)),
  };
}

function requestOn(sink: Socket, { like, url, headers, mark }: OwnRequest): IncomingMessage {
  const request = new IncomingMessage(sink);
  request.method = 'GET';
  request.url = url;
  request.httpVersion = like.httpVersion;
  request.httpVersionMajor = like.httpVersionMajor;
  request.httpVersionMinor = like.httpVersionMinor;
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) request.headers[name] = value;
  }
  request.rawHeaders = Object.entries(request.headers).flatMap(([name, value]) => [name, String(value)]);
  // It has no body.
  request.push(null);
  request.complete = true;
  return Object.assign(request, mark);
}
