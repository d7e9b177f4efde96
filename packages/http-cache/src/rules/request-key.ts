import { hash } from 'node:crypto';
import { keepsAll, type Parameter, type ParameterRule, readQuery } from './parameters.ts';

/** What a cache's key may measure. */
const LONGEST_KEY = 1024;

/**
 * Path as received, query in canonical order: the parameters that are kept, sorted by name, those of one name in the order
 * they came in. Two targets have one canonical form only if every parser of queries reads the same from what is kept of
 * them; a query that parsers may read differently stays as it came.
 *
 * @returns `undefined` where parsers may differ in what would be left out: such a request has no key.
 */
export function canonicalTarget(target: string, keeps: ParameterRule): string | undefined {
  const mark = target.indexOf('?');
  if (mark === -1) return target;
  // One parameter, kept whatever its name: nothing to read, to leave out, or to sort.
  if (keeps === keepsAll && mark < target.length - 1 && !target.includes('&', mark)) return target;
  const query = readQuery(target, mark);
  const kept = keeps === keepsAll ? query.parameters : query.parameters.filter(({ name }) => keeps(name));
  if (!query.isPlain) return kept.length === query.parameters.length ? target : undefined;
  if (query.parameters.some(({ name, isPlain }) => !isPlain && !keeps(name))) return undefined;
  const path = target.slice(0, mark);
  if (kept.length === 0) return path;
  return `${path}?${inOrder(kept)
    .map(({ text }) => text)
    .join('&')}`;
}

/** By rank, those of one rank as they came. */
function inOrder(parameters: readonly Parameter[]): readonly Parameter[] {
  if (parameters.length === 1) return parameters;
  return parameters.toSorted((one, other) => (one.rank < other.rank ? -1 : Number(one.rank > other.rank)));
}

const NO_NAMES: ReadonlySet<string> = new Set();

/** The names of the parameters that are not kept. */
export function leftOutNames(target: string, keeps: ParameterRule): ReadonlySet<string> {
  const mark = keeps === keepsAll ? -1 : target.indexOf('?');
  if (mark === -1) return NO_NAMES;
  const { parameters } = readQuery(target, mark);
  return new Set(parameters.map(({ name }) => name).filter((name) => !keeps(name)));
}

/** The target without the parameters that are not kept, the others as they came; it is itself where all are kept. */
export function keptTarget(target: string, keeps: ParameterRule): string {
  const mark = target.indexOf('?');
  if (mark === -1) return target;
  const { parameters } = readQuery(target, mark);
  const kept = parameters.filter(({ name }) => keeps(name));
  if (kept.length === parameters.length) return target;
  const query = kept.map(({ text }) => text).join('&');
  return `${target.slice(0, mark)}${query && '?'}${query}`;
}

/** Keys of the application's own responses and of route policies are apart, and so are custom keys. */
export type KeyKind = 'origin' | 'route';

/** @returns `undefined` for a request that has no key: see {@link canonicalTarget}. */
export function uriKey(kind: KeyKind, authority: string, target: string, keeps: ParameterRule): string | undefined {
  const canonical = canonicalTarget(target, keeps);
  // Neither a kind nor a target holds a space, so no authority can be read as part of its neighbours.
  return canonical === undefined ? undefined : boundedKey(`${kind} ${authority} ${canonical}`);
}

export interface ReadKey {
  readonly authority?: string;
  readonly target?: string;
  readonly variant?: string | undefined;
}

/** What a URL's key, or that of one of its variants, was made of; nothing of a key that does not say. */
export function readKey(key: string): ReadKey {
  const [, authority, target, variant] = /^(?:origin|route) (.*?) (\/\S*)(?: [\w-]{8} [=#]([ -~]*))?$/.exec(key) ?? [];
  return authority === undefined || target === undefined ? {} : { authority, target, variant };
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
