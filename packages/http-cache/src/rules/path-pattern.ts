/** Which paths a pattern takes in. */
export interface PathPattern {
  test(path: string): boolean;
}

/** What a pattern of paths takes in: `*` is any text within a segment, `**` any text at all, and the rest stands for itself. */
export function pathPattern(pattern: string): PathPattern {
  const parts = pattern.match(/\*\*|\*|[^*]/g) ?? [];
  const stars = parts.filter((part) => part.startsWith('*')).length;
  // With several stars an expression would try every place of one for every place of another: a client's long path is
  // walked through once.
  return stars < 2 ? expressionOf(parts) : { test: (path) => walk(parts, path).matches };
}

function expressionOf(parts: readonly string[]): RegExp {
  const source = parts.map((part) => {
    if (part === '**') return '.*';
    return part === '*' ? '[^/]*' : part.replace(/[\\^$.|?+()[\]{}]/, '\\$&');
  });
  return new RegExp(`^${source.join('')}$`, 's');
}

/** All ways at once, a character at a time: no more steps than characters times parts. */
export function walk(parts: readonly string[], path: string): { readonly matches: boolean; readonly steps: number } {
  let steps = 0;
  let reached = new Set<number>();

  /** A star may stand for nothing. */
  function reach(at: number, into: Set<number>): void {
    for (let next = at; !into.has(next); next += 1) {
      into.add(next);
      if (!parts[next]?.startsWith('*')) return;
    }
  }

  reach(0, reached);
  for (let index = 0; index < path.length && reached.size > 0; index += 1) {
    const character = path.charAt(index);
    const further = new Set<number>();
    for (const at of reached) {
      steps += 1;
      const part = parts[at];
      if (part === '**' || (part === '*' && character !== '/')) reach(at, further);
      else if (part === character && part !== '*') reach(at + 1, further);
    }
    reached = further;
  }
  return { matches: reached.has(parts.length), steps };
}

/** Of a request's target, as it was received. */
export function pathOf(target: string): string {
  const mark = target.indexOf('?');
  return mark === -1 ? target : target.slice(0, mark);
}
