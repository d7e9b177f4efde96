import type { IncomingMessage, ServerResponse } from 'node:http';

export interface Interim {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What an origin answers. */
export interface Told {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string;
  /** 103 with these fields, or 102 with none, before the answer. */
  readonly hints?: Readonly<Record<string, string>> | 'processing';
}

/** The origin of our own tests: of every URL it says what it was told to say next. */
export interface OwnOrigin {
  tell(name: string, told: Told): void;
  handle(segments: readonly string[], request: IncomingMessage, response: ServerResponse): void;
}

export function createOwnOrigin(): OwnOrigin {
  const next = new Map<string, Told>();
  return {
    tell: (name, told) => next.set(name, told),
    handle([name = ''], _request, response) {
      const { status = 200, headers = {}, body = 'said', hints } = next.get(name) ?? { status: 404 };
      if (hints === 'processing') response.writeProcessing();
      else if (hints) response.writeEarlyHints(hints);
      response.statusCode = status;
      response.setHeaders(new Map(Object.entries({ 'Content-Type': 'text/plain', ...headers })));
      response.end(body);
    },
  };
}
