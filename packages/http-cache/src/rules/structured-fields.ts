/**
 * What the fields read here hold of RFC 9651: items of a dictionary or a list, parameters read and let go. Strict: a field
 * with any error is `undefined`, as if it had not been sent.
 */
export type BareItem = number | boolean | string | Written;

/** What no field read here gives a meaning to, as it is written: a token, a decimal, bytes, a date, a text to be displayed. */
export interface Written {
  readonly written: string;
}

interface Reader {
  readonly text: string;
  at: number;
}

/** A dictionary by key. An inner list is not an item, and stands as `undefined`. */
export function parseDictionary(text: string): ReadonlyMap<string, BareItem | undefined> | undefined {
  const members = new Map<string, BareItem | undefined>();
  const isRead = readMembers(text, (reader) => {
    const key = read(reader, KEY);
    const value = key === undefined ? undefined : readValue(reader);
    if (key === undefined || value === undefined) return false;
    // A key that comes again counts from where it came last.
    members.delete(key);
    members.set(key, value === 'inner list' ? undefined : value.item);
    return skipParameters(reader);
  });
  return isRead ? members : undefined;
}

/** `undefined` where there is an error. A key alone stands for true. */
function readValue(reader: Reader): { readonly item: BareItem } | 'inner list' | undefined {
  if (read(reader, /=/y) === undefined) return { item: true };
  if (reader.text[reader.at] === '(') return skipInnerList(reader) ? 'inner list' : undefined;
  const item = readBareItem(reader);
  return item === undefined ? undefined : { item };
}

/** A list of strings; any other member makes it no list of strings. */
export function parseStringList(text: string): readonly string[] | undefined {
  const strings: string[] = [];
  const isRead = readMembers(text, (reader) => {
    if (reader.text[reader.at] !== '"') return false;
    const item = readBareItem(reader);
    if (typeof item !== 'string') return false;
    strings.push(item);
    return skipParameters(reader);
  });
  return isRead ? strings : undefined;
}

const KEY = /[a-z*][a-z0-9_\-.*]*/y;
const INTEGER = /-?\d{1,15}(?![\d.])/y;
/** RFC 9213 §2.1: a directive of whole seconds has none where it is written as a decimal. */
const DECIMAL = /-?\d{1,12}\.\d{1,3}(?![\d.])/y;
const STRING = /"(?:[ !#-[\]-~]|\\["\\])*"/y;
const TOKEN = /[A-Za-z*][A-Za-z0-9!#$%&'*+\-.^_`|~:/]*/y;
const BOOLEAN = /\?[01]/y;
const BYTES = /:[A-Za-z0-9+/=]*:/y;
const DATE = /@-?\d{1,15}(?![\d.])/y;
const DISPLAYED = /%"(?:[ !#$&-~]|%[\da-f]{2})*"/y;

const OTHERS = [TOKEN, DECIMAL, BYTES, DATE, DISPLAYED];

function readMembers(text: string, readMember: (reader: Reader) => boolean): boolean {
  const reader: Reader = { text, at: 0 };
  read(reader, / */y);
  if (reader.at === text.length) return true;
  for (;;) {
    if (!readMember(reader)) return false;
    read(reader, /[ \t]*/y);
    if (reader.at === text.length) return true;
    // A comma that nothing follows is an error.
    if (read(reader, /,[ \t]*(?=.)/y) === undefined) return false;
  }
}

function readBareItem(reader: Reader): BareItem | undefined {
  const string = read(reader, STRING);
  if (string !== undefined) return string.slice(1, -1).replace(/\\(.)/g, '$1');
  const integer = read(reader, INTEGER);
  if (integer !== undefined) return Number(integer);
  const boolean = read(reader, BOOLEAN);
  if (boolean !== undefined) return boolean === '?1';
  for (const pattern of OTHERS) {
    const written = read(reader, pattern);
    if (written !== undefined) return { written };
  }
  return undefined;
}

function skipParameters(reader: Reader): boolean {
  while (read(reader, /; */y) !== undefined) {
    if (read(reader, KEY) === undefined) return false;
    if (read(reader, /=/y) !== undefined && readBareItem(reader) === undefined) return false;
  }
  return true;
}

function skipInnerList(reader: Reader): boolean {
  read(reader, /\( */y);
  while (read(reader, /\)/y) === undefined) {
    if (readBareItem(reader) === undefined || !skipParameters(reader)) return false;
    if (read(reader, / +|(?=\))/y) === undefined) return false;
  }
  return true;
}

function read(reader: Reader, pattern: RegExp): string | undefined {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text)?.[0];
  if (found !== undefined) reader.at += found.length;
  return found;
}
