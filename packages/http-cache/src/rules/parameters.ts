/** Whether a parameter of this name is kept; the name as {@link parameterName} gives it. */
export type ParameterRule = (name: string) => boolean;

export const keepsAll: ParameterRule = () => true;

/** Keeps the parameters that are named, and no others. */
export function keepsOnly(names: readonly string[]): ParameterRule {
  const kept = new Set(names.map((name) => name.toLowerCase()));
  return (name) => kept.has(name);
}

/** Keeps all but those that are named; a name that ends in `*` stands for all that begin so. */
export function keepsAllBut(names: readonly string[]): ParameterRule {
  const lower = names.map((name) => name.toLowerCase());
  const whole = new Set(lower.filter((name) => !name.endsWith('*')));
  const beginnings = lower.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
  return (name) => !whole.has(name) && !beginnings.some((beginning) => name.startsWith(beginning));
}

/** One parameter of a query, as it was sent. */
export interface Parameter {
  readonly text: string;
  readonly name: string;
  /** What it is sorted by: `a` and `a.b` are one parameter to some parsers, so their order among each other may matter. */
  readonly rank: string;
  /** Every parser takes it for this one parameter: nothing in its name means more to one than to another. */
  readonly isPlain: boolean;
}

export interface Query {
  readonly parameters: readonly Parameter[];
  /** Every parser takes it for these parameters. */
  readonly isPlain: boolean;
}

/** Parsers stop at some number of parameters, the empty ones counted: at 1000 by default (qs, node's querystring). */
const MOST_PARAMETERS = 100;

/** `#` is a fragment to one parser, and `;` may part parameters or end the path. */
const PARTED_OTHERWISE = /[;#]/;

/** Most names: nothing to decode, cut off or fold. */
const SIMPLE_NAME = /^[a-z\d_-]+$/;

const PLAIN_NAME = /^[\w~-]+(?:\[[\w-]*\])*$/;

/** The parameters of a request's target that begin behind the `?` at `mark`. */
export function readQuery(target: string, mark: number): Query {
  const texts = target.slice(mark + 1).split('&');
  const parameters: Parameter[] = [];
  let isPlain = texts.length <= MOST_PARAMETERS && !PARTED_OTHERWISE.test(target);
  for (const text of texts) {
    if (text === '') continue;
    const equals = text.indexOf('=');
    const written = equals === -1 ? text : text.slice(0, equals);
    if (SIMPLE_NAME.test(written)) {
      parameters.push({ text, name: written, rank: written, isPlain: true });
      continue;
    }
    const decoded = decodeName(written);
    isPlain &&= decoded !== undefined;
    const name = parameterName(decoded ?? written);
    const dot = name.indexOf('.');
    const rank = dot === -1 ? name : name.slice(0, dot);
    parameters.push({ text, name, rank, isPlain: decoded !== undefined && PLAIN_NAME.test(decoded) });
  }
  return { parameters, isPlain };
}

/**
 * What a parser may call it: without case, for some applications fold it, and without brackets, for `a`, `a[]`, `[a]` and
 * `a[0]` are one parameter to some and several to others.
 */
export function parameterName(decoded: string): string {
  const name = decoded.startsWith('[') ? decoded.slice(1) : decoded;
  const end = name.search(/[=[\]]/);
  return (end === -1 ? name : name.slice(0, end)).toLowerCase();
}

/** `undefined` where parsers differ in what they make of it. */
function decodeName(written: string): string | undefined {
  if (!/[%+]/.test(written)) return written;
  try {
    return decodeURIComponent(written.includes('+') ? written.replaceAll('+', ' ') : written);
  } catch {
    return undefined;
  }
}
