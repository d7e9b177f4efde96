import { splitFieldList } from './field-list.ts';

/** The directives of one `Cache-Control` field. */
export interface CacheControl {
  /** Whether the directive is there, with or without an argument. */
  has(directive: string): boolean;
  /** Its argument in seconds; 0 where it is no number, `undefined` where the directive is absent. */
  seconds(directive: string): number | undefined;
}

/** RFC 9111 §1.2.2: a larger number of seconds may be taken for this one. */
const MOST_SECONDS = 2 ** 31;

const NO_DIRECTIVES: CacheControl = Object.freeze({ has: () => false, seconds: () => undefined });

export function parseCacheControl(value: string | undefined): CacheControl {
  if (value === undefined || value === '') return NO_DIRECTIVES;
  const seconds = new Map<string, number>();
  for (const member of splitFieldList(value)) {
    const mark = member.indexOf('=');
    const name = (mark === -1 ? member : member.slice(0, mark)).toLowerCase();
    const parsed = mark === -1 ? 0 : parseSeconds(member.slice(mark + 1));
    // RFC 9111 §4.2.1: of directives that contradict each other, the most restrictive counts.
    seconds.set(name, Math.min(parsed, seconds.get(name) ?? MOST_SECONDS));
  }
  return { has: (directive) => seconds.has(directive), seconds: (directive) => seconds.get(directive) };
}

/** Both forms of RFC 9111 §5.2, token and quoted string. What is no number of seconds counts as none left (§4.2.1). */
function parseSeconds(argument: string): number {
  const text = /^"(.*)"$/.exec(argument)?.[1] ?? argument;
  return /^\d+$/.test(text) ? Math.min(Number(text), MOST_SECONDS) : 0;
}
