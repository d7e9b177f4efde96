import type { IncomingHttpHeaders } from 'node:http';

/** What the default authority is made of. */
export interface AuthoritySource {
  readonly protocol: string;
  readonly headers: IncomingHttpHeaders;
  /** The host name the framework tells its handlers, by its own proxy trust settings. */
  readonly hostname: string | undefined;
}

/**
 * Scheme and host, as every handler can see them. Everything that can be seen is in the key: a host that is not would
 * let one client's spoofed header into everybody's response. Where a proxy names another host and the framework
 * trusts it, that name counts beside the `Host` of the proxy's own request; where it is not trusted, no handler sees it.
 */
export function requestAuthority(source: AuthoritySource): string {
  const { protocol, headers } = source;
  // RFC 9113 §8.3.1: HTTP/2 has another name for it.
  const named = headers.host ?? headers[':authority'] ?? '';
  const host = `${protocol}://${String(named).toLowerCase()}`;
  if (headers['x-forwarded-host'] === undefined) return host;
  return `${host} ${forwardedHost(source)}`;
}

/**
 * The host that handlers see beside `Host`: with its port, which they can see as well, where the framework took it from
 * `X-Forwarded-Host`.
 */
function forwardedHost({ headers, hostname }: AuthoritySource): string {
  // Read only where there is such a header: a framework works it out at every reading.
  const name = hostname?.toLowerCase() ?? '';
  const forwarded = String(headers['x-forwarded-host']).toLowerCase();
  return forwarded.includes(name) ? forwarded : name;
}

/** Whether a `Host` could be read as two: no host has a space, which is what stands between two of them in a key. */
export function isAmbiguousHost(host: string | undefined): boolean {
  return host !== undefined && /\s/.test(host);
}

/** Hosts that are the application's own. */
export interface TrustedHosts {
  /** As a `Host` field names them, in lower case, each with its port where that is not the scheme's own. */
  readonly hosts: ReadonlySet<string>;
  /** Without ports. */
  readonly names: ReadonlySet<string>;
}

export function trustedHosts(hosts: readonly string[]): TrustedHosts {
  const lower = hosts.map((host) => host.toLowerCase());
  return { hosts: new Set(lower), names: new Set(lower.map((host) => host.replace(/:\d+$/, ''))) };
}

/** Whether every host that handlers can see is one of these. */
export function namesTrusted({ hosts, names }: TrustedHosts, source: AuthoritySource): boolean {
  if (!hosts.has(source.headers.host?.toLowerCase() ?? '')) return false;
  if (source.headers['x-forwarded-host'] === undefined) return true;
  const forwarded = forwardedHost(source);
  return hosts.has(forwarded) || (names.has(forwarded) && !forwarded.includes(':'));
}
