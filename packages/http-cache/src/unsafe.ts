import type { ServerResponse } from 'node:http';
import type { Exchange } from './exchange.ts';
import { authorityOf, uriKeys } from './keys.ts';
import type { ResolvedOptions } from './options.ts';
import { teeResponse } from './response-tee.ts';
import { headerText } from './rules/handler-headers.ts';
import { invalidatedTargets } from './rules/invalidated-uris.ts';

/**
 * RFC 9111 §4.4: what a successful unsafe request changed is the resource at its URI, and those that its response names.
 *
 * @param remove is called before the response leaves.
 */
export function watchUnsafe(
  { request, response }: Exchange,
  options: ResolvedOptions,
  remove: (keys: readonly string[]) => void,
): void {
  // Read now: a request whose body was read to its end may have lost its socket, and with it its scheme.
  const authority = authorityOf(options, request);
  const base = `${request.protocol}://${request.headers.host}${request.originalUrl}`;
  teeResponse(response, 0, {
    mayReplace: false,
    head(status) {
      if (status >= 200 && status < 400)
        remove(uriKeys(authority, [request.originalUrl, ...namedTargets(base, response)]));
      return { status, keep: false };
    },
    complete() {},
    abandoned() {},
  });
}

function namedTargets(base: string, response: ServerResponse): string[] {
  const references = ['location', 'content-location'].map((name) => {
    const value = response.getHeader(name);
    return value === undefined ? undefined : headerText(value);
  });
  return invalidatedTargets(base, references);
}
