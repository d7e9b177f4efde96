import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FrameworkRequest } from '@breakwater/core/http';

/** What the engine reads of a framework's request, each when it is needed. Express and Fastify requests fit. */
export interface CacheableRequest extends Omit<FrameworkRequest, 'ip'> {
  /** By the framework's own proxy trust settings. */
  readonly hostname: string | undefined;
  readonly session?: unknown;
  readonly user?: unknown;
  /** As the framework parsed it: Express 4 and Fastify once, Express 5 at every reading. */
  readonly query?: unknown;
  /** Express's: what the routers above the route took of the path, without which two templates may look the same. */
  readonly baseUrl?: string;
}

/** One request and its response, as a door hands them over. Its calls are the same functions for all: a hit makes none. */
export interface Exchange {
  readonly request: CacheableRequest;
  /** Node's own request, which the framework's wraps or is. */
  readonly raw: IncomingMessage;
  readonly response: ServerResponse;
  /** Request headers by which the framework chose this handler among those of the URL. */
  routedBy(this: Exchange): readonly string[];
  /** The headers set so far for this response, wherever the framework keeps them. */
  earlierHeaders(this: Exchange): OutgoingHttpHeaders;
  /** Tells when the handler hands its answer to the framework, if that lies before it is written to `response`. */
  onSend(this: Exchange, tell: () => void): void;
  /** Takes the response out of the framework's hands; what was set on it so far is on `response` afterwards. */
  claim(this: Exchange): void;
  /** On to the handler. */
  readonly next: (error?: unknown) => void;
}
