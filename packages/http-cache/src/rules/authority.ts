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
  const host = `${protocol}://${headers.host?.toLowerCase() ?? ''}`;
  if (headers['x-forwarded-host'] === undefined) return host;
  // Read only here: a framework works it out at every reading.
  return `${host} ${source.hostname?.toLowerCase() ?? ''}`;
}
