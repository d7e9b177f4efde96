/** A path in which nothing can hide: no escapes, no dot at the beginning of a segment. */
const CLEAR = /^\/(?:[^%.?#\\]|(?<![/\\])\.)*(?:\?|$)/;
/** RFC 3986 §3.3, and as servers find it that end a segment at `;` (Tomcat) or take `\` for `/` (WHATWG). */
const DOT_SEGMENT = /[/\\]\.{1,2}(?=[/\\;?#]|$)/;
const CONTROL = /%(?:[01][\da-f]|7f)/i;

const HIDING = /%(?:23|25|2e|2f|3b|3f|5c)/gi;
const SHOWN: Readonly<Record<string, string>> = {
  '%23': '#',
  '%25': '%',
  '%2e': '.',
  '%2f': '/',
  '%3b': ';',
  '%3f': '?',
  '%5c': '\\',
};
/** Once by the framework, once by a server behind it, once more by what that asks. */
const DECODERS = 3;

/**
 * Whether somebody behind the router may take the path for another one: dot segments, plain or encoded, encoded control
 * characters, or no path of this server at all. What is stored under such a spelling could be another page's content.
 * Encoded slashes, `;`, `//`, letter case and escapes alone are no such thing: they are kept apart by the key.
 */
export function isAmbiguousPath(target: string): boolean {
  if (CLEAR.test(target)) return false;
  if (!target.startsWith('/')) return true;
  const mark = target.indexOf('?');
  let path = mark === -1 ? target : target.slice(0, mark);
  for (let decoders = 0; decoders <= DECODERS; decoders += 1) {
    if (DOT_SEGMENT.test(path) || CONTROL.test(path)) return true;
    path = path.replace(HIDING, (hidden) => SHOWN[hidden.toLowerCase()] ?? hidden);
  }
  return false;
}
