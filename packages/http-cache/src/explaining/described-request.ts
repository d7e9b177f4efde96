import type { IncomingHttpHeaders } from 'node:http';
import { checks } from '../errors.ts';
import type { CacheableRequest } from '../exchange.ts';
import type { ExplainedRequest } from './explanation.ts';

const NAMES = ['method', 'url', 'headers', 'policy', 'request'];

/**
 * A request that nobody sent, as a framework would show it.
 *
 * @throws OptionError `ERR_HTTP_CACHE_OPTION`
 */
export function describedRequest(asked: ExplainedRequest): CacheableRequest {
  checks.known('request', asked, NAMES);
  const { method = 'GET', url, headers: given = {}, request = {} } = asked;
  const whole = URL.parse(checks.text('url', url));
  const headers: IncomingHttpHeaders = {};
  for (const [name, value] of Object.entries(given))
    headers[name.toLowerCase()] = checks.text(`headers.${name}`, value);
  if (whole?.host) headers.host = whole.host;
  else if (!url.startsWith('/')) throw checks.failure('url', 'a whole URL, or a path', url);
  return {
    hostname: hostnameOf(headers.host),
    protocol: whole?.host ? whole.protocol.slice(0, -1) : 'http',
    ...request,
    method: checks.text('method', method).toUpperCase(),
    // As it is written: a URL that is parsed and printed again may be another one.
    originalUrl: whole?.host ? targetIn(url) : url,
    headers,
  };
}

/** Path and query behind scheme and host. */
function targetIn(url: string): string {
  const target = /^[^/?#]*\/\/[^/?#]*([^#]*)/.exec(url)?.[1] ?? '';
  return target.startsWith('/') ? target : `/${target}`;
}

function hostnameOf(host: string | undefined): string | undefined {
  return host?.replace(/:\d+$/, '');
}
