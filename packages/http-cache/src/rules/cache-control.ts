import { splitFieldList } from './field-list.ts';

/** The directives of one `Cache-Control` field. */
export interface CacheControl {
  /** Whether the directive is there, with or without an argument. */
  has(directive: string): boolean;
  /** Its argument in seconds; 0 where it is no number, `undefined` where the directive is absent. */
  seconds(directive: string): number | undefined;
}

/** A request's. */
export interface RequestControl extends CacheControl {
  hasArgument(directive: string): boolean;
}

/** RFC 9111 §1.2.2: a larger number of seconds may be taken for this one. */
export const MOST_SECONDS = 2 ** 31;

export const NO_DIRECTIVES: RequestControl = Object.freeze({
  has: () => false,
  seconds: () => undefined,
  hasArgument: () => false,
});

export function parseCacheControl(value: string | undefined): RequestControl {
  if (value === undefined || value === '') return NO_DIRECTIVES;
  const directives = new Map<string, number | 'bare'>();
  for (const member of splitFieldList(value)) {
    const mark = member.indexOf('=');
    const name = (mark === -1 ? member : member.slice(0, mark)).toLowerCase();
    const parsed = mark === -1 ? 'bare' : parseSeconds(member.slice(mark + 1));
    const known = directives.get(name);
    // RFC 9111 §4.2.1: of directives that contradict each other, the most restrictive counts.
    if (known === undefined || secondsOf(parsed) < secondsOf(known)) directives.set(name, parsed);
  }
  return {
    has: (directive) => directives.has(directive),
    seconds(directive) {
      const found = directives.get(directive);
      return found === undefined ? undefined : secondsOf(found);
    },
    hasArgument: (directive) => typeof directives.get(directive) === 'number',
  };
}

function secondsOf(argument: number | 'bare'): number {
  return argument === 'bare' ? 0 : argument;
}

/** Both forms of RFC 9111 §5.2, token and quoted string. What is no number of seconds counts as none left (§4.2.1). */
function parseSeconds(argument: string): number {
  const text = /^"(.*)"$/.exec(argument)?.[1] ?? argument;
  return /^\d+$/.test(text) ? Math.min(Number(text), MOST_SECONDS) : 0;
}
