import { type Announcement, unpackAnnouncement } from './announcement.ts';

interface FromPublisher {
  readonly publisher: string;
  /** Counts a publisher's announcements from 1. */
  readonly sequence: number;
}

/** Changes that an instance announces. One that was heard has every part of an announcement. */
export interface Told<Parts = Announcement> extends FromPublisher {
  readonly announcement: Parts;
  /** Its place in the record of the bus; absent where it is not recorded. */
  readonly id?: string;
}

/** A sign of life: neither numbered nor recorded. `sequence` is the number of the last announcement. */
export interface Beat extends FromPublisher {
  /** What its user calls the instance. */
  readonly name: string;
  readonly says: Saying;
}

/**
 * `asks`: whether the others have heard everything up to `sequence`. `heard`: everything of that publisher up to that
 * number.
 */
export type Saying = 'here' | 'leaving' | 'asks' | readonly ['heard', publisher: string, sequence: number];

const MESSAGE_VERSION = 2;

/** Without the id, which Redis puts before it. */
export function encodeMessage({ publisher, sequence, announcement }: Told<Partial<Announcement>>): string {
  return JSON.stringify([MESSAGE_VERSION, publisher, sequence, announcement]);
}

export function encodeBeat({ publisher, sequence, name, says }: Beat): string {
  return JSON.stringify([MESSAGE_VERSION, publisher, sequence, name, says]);
}

/** The message, or `undefined` for text that is none of this version. Never throws, whatever the text. */
export function decodeMessage(text: string): Told | Beat | undefined {
  const [, id, json = text] = /^(\d+-\d+) (.*)$/s.exec(text) ?? [];
  const fields = parse(json);
  if (!Array.isArray(fields) || fields[0] !== MESSAGE_VERSION) return undefined;
  const [, publisher, sequence, body, says] = fields;
  if (typeof publisher !== 'string' || !Number.isSafeInteger(sequence) || sequence < 0) return undefined;
  if (fields.length === 5)
    return typeof body === 'string' && isSaying(says) ? { publisher, sequence, name: body, says } : undefined;
  const announcement = fields.length === 4 && sequence > 0 ? unpackAnnouncement(body) : undefined;
  return announcement && { publisher, sequence, announcement, ...(id !== undefined && { id }) };
}

const LEFT_OUT: Announcement = Object.freeze({ written: [], keys: [], tags: [], patterns: [], swept: [] });

/**
 * Makes a cheap decoder of this instance's own announcements, without what they announce; it gives `undefined` for
 * all other messages. Every instance hears its own, and one that writes much hears little else.
 */
export function createDecodeOwn(publisher: string): (text: string) => Told | undefined {
  const opening = `[${MESSAGE_VERSION},${JSON.stringify(publisher)},`;
  return (text) => {
    const at = text.startsWith('[') ? 0 : text.indexOf(' ') + 1;
    if (!text.startsWith(opening, at)) return undefined;
    const sequenceAt = at + opening.length;
    const bodyAt = text.indexOf(',', sequenceAt) + 1;
    const sequence = Number(text.slice(sequenceAt, bodyAt - 1));
    // A sign of life has a name there.
    if (text[bodyAt] !== '{' || !Number.isSafeInteger(sequence)) return undefined;
    const id = at === 0 ? undefined : text.slice(0, at - 1);
    return { publisher, sequence, announcement: LEFT_OUT, ...(id !== undefined && { id }) };
  };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

const WORDS: readonly unknown[] = ['here', 'leaving', 'asks'];

function isSaying(says: unknown): says is Saying {
  if (!Array.isArray(says)) return WORDS.includes(says);
  const [word, publisher, sequence] = says;
  return says.length === 3 && word === 'heard' && typeof publisher === 'string' && Number.isSafeInteger(sequence);
}
