import { createProblem, PROBLEM_TYPE } from '@breakwater/core/http';
import { authorityOf, uriKeys } from '../answering/keys.ts';
import { ERR_PURGE_MALFORMED, ERR_PURGE_REFUSED } from '../errors.ts';
import type { CacheableRequest, Exchange } from '../exchange.ts';
import type { ResolvedOptions } from '../options/options.ts';
import type { ParameterRule } from '../rules/parameters.ts';
import { namedTags } from '../rules/response-tags.ts';
import type { Purging } from './purge.ts';
import { resolvePurge } from './purge-options.ts';
import type { NamedEntries, PurgeTarget } from './purge-target.ts';

/** As Fastly has it: `1` has what is named expire. */
const SOFT_FIELD = 'fastly-soft-purge';

interface Asked {
  readonly target: PurgeTarget;
  readonly named: NamedEntries;
}

/**
 * Answers a PURGE request: of the tags in its fields, where it has those fields, else of its own URL.
 *
 * @param rules what parameters the keys of any policy hold.
 */
export async function answerPurge(
  exchange: Exchange,
  options: ResolvedOptions,
  rules: Iterable<ParameterRule>,
  { end }: Purging,
): Promise<void> {
  const { request, response } = exchange;

  async function run(): Promise<readonly [status: number, body: object]> {
    if (!(await options.purge?.(request))) {
      return [403, createProblem(403, ERR_PURGE_REFUSED, 'This request may not remove stored responses.')];
    }
    const mode = modeOf(request);
    if (!mode) return malformed('Fastly-Soft-Purge is 1, or it is not there.');
    const asked = askedOf(request, options, rules);
    if (!asked)
      return malformed('The tags to remove are at least one and at most 256, of up to 256 printable characters.');
    const report = await end(asked.named, asked.target, resolvePurge(asked.named, { mode }));
    return [200, { target: asked.target, mode, ...report }];
  }

  const [status, body] = await run();
  exchange.claim();
  response.statusCode = status;
  response.setHeader('Content-Type', status === 200 ? 'application/json' : PROBLEM_TYPE);
  response.setHeader('Cache-Control', 'no-store');
  response.end(JSON.stringify(body));
}

function malformed(detail: string): readonly [number, object] {
  return [400, createProblem(400, ERR_PURGE_MALFORMED, 'This request to remove is not understood.', { detail })];
}

function modeOf({ headers }: CacheableRequest) {
  const soft = headers[SOFT_FIELD];
  if (soft === undefined) return 'remove';
  return soft === '1' ? 'expire' : undefined;
}

function askedOf(
  request: CacheableRequest,
  options: ResolvedOptions,
  rules: Iterable<ParameterRule>,
): Asked | undefined {
  const { headers, protocol, originalUrl } = request;
  const tags = namedTags((field) => textOf(headers[field]), options.origin.tagFields);
  if (tags === 'unusable') return undefined;
  if (tags !== 'none') return { target: { tag: tags }, named: { by: 'tags', tags } };
  const url = `${protocol}://${headers.host}${originalUrl}`;
  return { target: { url }, named: { by: 'keys', keys: uriKeys(rules, authorityOf(options, request), [originalUrl]) } };
}

function textOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value;
}
