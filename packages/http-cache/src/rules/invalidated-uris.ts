/**
 * RFC 9111 §4.4: the targets that a successful unsafe request made untrue beside its own, by `Location` and
 * `Content-Location`. Those of another host are left alone: anybody could name them. Not of another scheme, which a proxy in
 * front may have taken off.
 *
 * @param base the request's URL, whole. @returns path and query, as a request for it would have them.
 */
export function invalidatedTargets(base: string, references: readonly (string | undefined)[]): string[] {
  const origin = URL.parse(base);
  if (!origin) return [];
  const targets = new Set<string>();
  for (const reference of references) {
    const url = reference === undefined ? null : URL.parse(reference, base);
    if (url?.host === origin.host) targets.add(`${url.pathname}${url.search}`);
  }
  return [...targets];
}
