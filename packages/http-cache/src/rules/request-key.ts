import { hash } from 'node:crypto';

/** What a cache's key may measure. */
const LONGEST_KEY = 1024;

/**
 * Path as received, query in canonical order: sorted by name, several values of a name in the order they came in.
 * Nothing is left out: a parameter the handler can read and the key does not cover lets one client choose what all
 * others are sent.
 */
export function canonicalTarget(target: string): string {
  const mark = target.indexOf('?');
  if (mark === -1) return target;
  const parameters = target
    .slice(mark + 1)
    .split('&')
    .filter((parameter) => parameter !== '');
  const path = target.slice(0, mark);
  if (parameters.length === 0) return path;
  const named = parameters.map((parameter) => ({ parameter, name: foldedName(parameter) }));
  named.sort((one, other) => (one.name < other.name ? -1 : Number(one.name > other.name)));
  return `${path}?${named.map(({ parameter }) => parameter).join('&')}`;
}

/** `a`, `a[]` and `a[0]` are one name to a query parser, so their order among each other may matter. */
function foldedName(parameter: string): string {
  const end = parameter.search(/=|\[|%5b/i);
  return end === -1 ? parameter : parameter.slice(0, end);
}

/** Keys of the application's own responses and of route policies are apart, and so are custom keys. */
export type KeyKind = 'origin' | 'route';

export function uriKey(kind: KeyKind, authority: string, target: string): string {
  // Neither a kind nor a target holds a space, so no authority can be read as part of its neighbours.
  return boundedKey(`${kind} ${authority} ${canonicalTarget(target)}`);
}

export function customKey(policyName: string, key: string): string {
  return boundedKey(`key ${encodeURIComponent(policyName)} ${key}`);
}

/**
 * A key that a cache takes: of a length that does not grow with what clients send, and without the control characters
 * and bytes beyond ASCII that they may send. What is cut off or replaced is in the digest.
 */
export function boundedKey(key: string): string {
  if (key.length <= LONGEST_KEY && /^[ -~]*$/.test(key)) return key;
  const readable = key.slice(0, LONGEST_KEY / 2).replace(/[^ -~]/g, '?');
  return `${readable} ${hash('sha256', key, 'base64url')}`;
}
