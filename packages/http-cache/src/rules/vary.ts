import type { IncomingHttpHeaders } from 'node:http';
import { splitFieldList, withoutSpaces } from './field-list.ts';

const NO_NAMES: readonly string[] = Object.freeze([]);

/** The header names of a `Vary` field, lower case, sorted, each once. `*` stays as it is. */
export function parseVary(value: string | undefined): readonly string[] {
  if (value === undefined) return NO_NAMES;
  return uniqueNames(splitFieldList(value));
}

export function uniqueNames(names: readonly string[]): string[] {
  return [...new Set(names.map((name) => name.toLowerCase()))].sort();
}

/** `Vary` with the names of `addition` that it lacks, each as it was written. */
export function mergeVary(value: string | undefined, addition: string): string {
  if (value === undefined || value === '') return addition;
  const known = new Set(parseVary(value));
  const missing = splitFieldList(addition).filter((name) => !known.has(name.toLowerCase()));
  return [value, ...missing].join(', ');
}

/** RFC 9111 §4.1: a `Vary` with `*` matches no other request. Nor, by the developer's word, does one with a name of `refused`. */
export function isUnmatchable(names: readonly string[], refused: ReadonlySet<string>): boolean {
  return names.some((name) => name === '*' || refused.has(name));
}

/** The request's values of the headers a response varies on, normalised: equal text, same response. */
export function varyValues(names: readonly string[], headers: IncomingHttpHeaders): string {
  return names.map((name) => normaliseField(name, fieldText(headers[name])).replace(/[%|]/g, escapeMark)).join('|');
}

/** No value may look like the end of it and the next one's beginning. */
function escapeMark(mark: string): string {
  return mark === '|' ? '%7C' : '%25';
}

/** A name that is none of the request's may be one that all objects have, such as `constructor`. */
function fieldText(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' ? value : undefined;
}

/** RFC 9111 §4.1: whitespace and, where the field says so, case and order may be normalised. Absent is not empty. */
function normaliseField(name: string, value: string | undefined): string {
  if (value === undefined) return '-';
  const members = splitFieldList(value).map(withoutSpaces);
  if (!WEIGHTED.has(name)) return `=${members.join(',')}`;
  const weighted = members.map((member) => shortWeight(lowerCased(member)));
  return `=${(name === 'accept-encoding' ? acceptedCodings(weighted) : weighted).join(',')}`;
}

/** Their values are the same in any case, but for the parameters of a media type (RFC 9110 §8.3.1, §8.4.1, §8.5.1). */
const WEIGHTED: ReadonlySet<string> = new Set(['accept', 'accept-encoding', 'accept-language']);

function lowerCased(member: string): string {
  return member.replace(/^[^;]+|;q=[\d.]+$/gi, (part) => part.toLowerCase());
}

/** RFC 9110 §12.4.2: no weight is 1, and 0.80 is 0.8. */
function shortWeight(member: string): string {
  return member.replace(/;q=(?:1(?:\.0*)?|(0(?:\.\d*)?))$/, (_, less?: string) => (less ? `;q=${Number(less)}` : ''));
}

/**
 * The codings a client accepts at all: every one of them may be sent to every client of the same set. `*` and `identity`
 * say something about what is not listed, so those fields stay as they are.
 */
function acceptedCodings(members: readonly string[]): readonly string[] {
  if (members.some((member) => /^(?:\*|identity)(?:;|$)/.test(member))) return members;
  const accepted = members.filter((member) => !/;q=0(?:\.0*)?$/.test(member));
  return accepted.map((member) => member.replace(/;.*$/, '')).sort();
}
