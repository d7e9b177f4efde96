import type { Exchange } from '../exchange.ts';
import { type ParameterRule, parameterName } from '../rules/parameters.ts';
import { keptTarget, leftOutNames } from '../rules/request-key.ts';

/**
 * Leaves parameters out of what a handler can read of its request: `url`, `originalUrl` and the parsed `query`. What the
 * key does not hold, one client would choose for all (docs/decisions/0032). They are shown again when the response is
 * finished, before anybody else hears of that, so that logs tell what was asked.
 *
 * @returns what shows them before, to another policy; `undefined` where all are kept.
 */
export function hideParameters({ request, raw, response }: Exchange, keeps: ParameterRule): (() => void) | undefined {
  const { originalUrl } = request;
  const names = leftOutNames(originalUrl, keeps);
  if (names.size === 0) return undefined;
  const showers = [hideInUrl(raw, keeps), replaceProperty(request, 'originalUrl', keptTarget(originalUrl, keeps))];
  // Express 5 parses the URL as it is whenever `query` is read.
  if (Object.hasOwn(request, 'query')) showers.push(replaceProperty(request, 'query', without(request.query, names)));
  const show = () => {
    for (const restore of showers.splice(0)) restore();
  };
  // Not when its client goes: the handler runs on, and its response is stored.
  response.prependOnceListener('finish', show);
  return show;
}

/** A router may change the path meanwhile: only the query is changed back. */
function hideInUrl(raw: Exchange['raw'], keeps: ParameterRule): () => void {
  const { url = '' } = raw;
  raw.url = keptTarget(url, keeps);
  return () => {
    raw.url = `${pathOf(raw.url ?? '')}${url.slice(pathOf(url).length)}`;
  };
}

function pathOf(url: string): string {
  const mark = url.indexOf('?');
  return mark === -1 ? url : url.slice(0, mark);
}

function replaceProperty(owner: object, name: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, { value, configurable: true, enumerable: true, writable: true });
  return () => {
    if (before) Object.defineProperty(owner, name, before);
    else Reflect.deleteProperty(owner, name);
  };
}

/** A copy, for what was parsed is shown again. Defaults that a schema added stay: no client chose them. */
function without(query: unknown, names: ReadonlySet<string>): unknown {
  if (typeof query !== 'object' || query === null) return query;
  const kept = Object.entries(Object.getOwnPropertyDescriptors(query)).filter(
    ([key]) => !names.has(parameterName(key)),
  );
  return Object.create(Object.getPrototypeOf(query), Object.fromEntries(kept));
}
