import type { ServerResponse } from 'node:http';
import { type FrameworkRequest, type RequestView, viewRequest } from '@breakwater/core/http';

/** What is read of a request; `request` is the framework's own, for `authorize`. */
export interface MonitorRequest<Request>
  extends Pick<RequestView<Request>, 'request' | 'method' | 'target' | 'headers'> {
  /** What a body parser made of its content, else the stream that it comes on. */
  readonly content: unknown;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
}

/** A framework's request as its door hands it over. */
export function createMonitorRequest<Request extends FrameworkRequest>(
  request: Request,
  content: unknown,
  response: ServerResponse,
): MonitorRequest<Request> {
  const { method, target, headers } = viewRequest(request);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return { request, method, target, headers, content, signal: gone.signal };
}
