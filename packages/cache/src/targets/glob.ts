/**
 * Whether `text` matches `pattern`, where `*` is any run of characters, `?` any one, and all else literal. Steps back
 * only to the last `*`, so a pattern from a request cannot make it exponential as a regular expression could be made.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  let at = 0;
  let position = 0;
  let lastStar = -1;
  let resumeAt = 0;
  while (position < text.length) {
    if (pattern[at] === '*') {
      lastStar = at;
      resumeAt = position;
      at += 1;
    } else if (pattern[at] === '?') {
      at += 1;
      position += isPairAt(text, position) ? 2 : 1;
    } else if (at < pattern.length && pattern[at] === text[position]) {
      at += 1;
      position += 1;
    } else if (lastStar >= 0) {
      resumeAt += 1;
      position = resumeAt;
      at = lastStar + 1;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}

function isPairAt(text: string, position: number): boolean {
  return (text.codePointAt(position) as number) > 0xffff;
}

const MAX_RUNS = 4;

/**
 * A pattern for Redis that matches at least what `pattern` does; {@link matchesGlob} then decides. `?` becomes `*`, since a
 * character may be several bytes or escaped in a Redis key, and few stars stay, since Redis's own matching is
 * exponential in them (CVE-2022-36021).
 */
export function widenGlob(pattern: string): string {
  const literals = pattern.split(/[*?]+/);
  if (literals.length <= MAX_RUNS + 1) return literals.join('*');
  return `${literals.slice(0, MAX_RUNS).join('*')}*`;
}
