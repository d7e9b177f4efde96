import { type Announcement, unpackAnnouncement } from './announcement.ts';

/** What was heard: an announcement has every part then. */
export interface BusMessage<Told = Announcement> {
  readonly publisher: string;
  /** Counts a publisher's messages from 1. */
  readonly sequence: number;
  readonly announcement: Told;
}

const MESSAGE_VERSION = 2;

export function encodeMessage({ publisher, sequence, announcement }: BusMessage<Partial<Announcement>>): string {
  return JSON.stringify([MESSAGE_VERSION, publisher, sequence, announcement]);
}

/** The message, or `undefined` for text that is none of this version. Never throws, whatever the text. */
export function decodeMessage(text: string): BusMessage | undefined {
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(fields) || fields.length !== 4 || fields[0] !== MESSAGE_VERSION) return undefined;
  const [, publisher, sequence, packed] = fields;
  if (typeof publisher !== 'string' || !Number.isSafeInteger(sequence) || sequence < 1) return undefined;
  const announcement = unpackAnnouncement(packed);
  return announcement && { publisher, sequence, announcement };
}
