import type { ServerResponse } from 'node:http';
import { authorityOf, uriKeys } from '../answering/keys.ts';
import type { Exchange } from '../exchange.ts';
import { teeResponse } from '../filling/response-tee.ts';
import type { ResolvedOptions } from '../options/options.ts';
import { headerText } from '../rules/handler-headers.ts';
import { invalidatedTargets } from '../rules/invalidated-uris.ts';
import type { ParameterRule } from '../rules/parameters.ts';
import { groupTags } from '../rules/response-tags.ts';

/** A client that goes does not undo what it asked for: how long the handler's answer is waited for all the same. */
const ORPHAN_MS = 600_000;

/**
 * RFC 9111 §4.4: what a successful unsafe request changed is the resource at its URI, those that its response names,
 * and the groups it names (RFC 9875).
 *
 * @param rules what parameters the keys of any policy hold.
 * @param remove is called before the response leaves.
 */
export function watchUnsafe(
  { request, response }: Exchange,
  options: ResolvedOptions,
  rules: Iterable<ParameterRule>,
  remove: (keys: readonly string[], tags: readonly string[]) => void,
): void {
  // Read now: a request whose body was read to its end may have lost its socket, and with it its scheme.
  const authority = authorityOf(options, request);
  const base = `${request.protocol}://${request.headers.host}${request.originalUrl}`;

  function answered(status: number): void {
    if (status < 200 || status >= 400) return;
    const groups = groupTags(textOf(response, 'cache-group-invalidation'), authority);
    remove(uriKeys(rules, authority, [request.originalUrl, ...namedTargets(base, response)]), groups);
  }

  teeResponse(response, 0, {
    mayReplace: false,
    orphanMs: ORPHAN_MS,
    head(status) {
      answered(status);
      return { status, keep: false };
    },
    complete() {},
    // Nobody hears what it changed, but it may have.
    abandoned: () => answered(response.statusCode),
  });
}

function namedTargets(base: string, response: ServerResponse): string[] {
  return invalidatedTargets(base, [textOf(response, 'location'), textOf(response, 'content-location')]);
}

function textOf(response: ServerResponse, name: string): string | undefined {
  const value = response.getHeader(name);
  return value === undefined ? undefined : headerText(value);
}
