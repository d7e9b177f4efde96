import type { IncomingHttpHeaders } from 'node:http';

/** What the engines read of a request, the same from every framework. Made once per request by a door. */
export interface RequestView<Request = unknown> {
  /** The framework's own request, which the user's callbacks (`plan`, `tags`, …) are given. */
  readonly request: Request;
  readonly method: string;
  /** Path and query as the client sent them; never a path that a router has shortened. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  /** The client's address by the framework's proxy trust settings, `undefined` on a lost socket. */
  readonly address: string | undefined;
  readonly protocol: string;
}

/** The part of a framework's request that a view reads; Express 4 and 5 and Fastify 5 requests all fit. */
export interface FrameworkRequest {
  readonly method: string;
  readonly originalUrl: string;
  readonly headers: IncomingHttpHeaders;
  readonly ip?: string | undefined;
  readonly protocol: string;
}

export function viewRequest<Request extends FrameworkRequest>(request: Request): RequestView<Request> {
  return {
    request,
    method: request.method,
    target: request.originalUrl,
    headers: request.headers,
    address: request.ip,
    protocol: request.protocol,
  };
}
