/** A key with the name of its space. */
export type SpacedKey = readonly [space: string, key: string];

/**
 * What others must forget. `written` keys have a new value; `swept` patterns are through in Redis, and what was read since
 * their invalidation began may be from before it; the rest was invalidated.
 */
export interface Announcement {
  readonly written: readonly SpacedKey[];
  readonly keys: readonly SpacedKey[];
  readonly tags: readonly string[];
  readonly patterns: readonly SpacedKey[];
  readonly swept: readonly SpacedKey[];
}

export interface BusMessage {
  readonly publisher: string;
  /** Counts a publisher's messages from 1. */
  readonly sequence: number;
  readonly announcement: Announcement;
}

const MESSAGE_VERSION = 1;

export function mergeAnnouncements(parts: readonly Partial<Announcement>[]): Announcement {
  return {
    written: parts.flatMap((part) => part.written ?? []),
    keys: parts.flatMap((part) => part.keys ?? []),
    tags: parts.flatMap((part) => part.tags ?? []),
    patterns: parts.flatMap((part) => part.patterns ?? []),
    swept: parts.flatMap((part) => part.swept ?? []),
  };
}

export function encodeMessage({ publisher, sequence, announcement }: BusMessage): string {
  const { written, keys, tags, patterns, swept } = announcement;
  return JSON.stringify([MESSAGE_VERSION, publisher, sequence, written, keys, tags, patterns, swept]);
}

/** The message, or `undefined` for text that is none of this version. Never throws, whatever the text. */
export function decodeMessage(text: string): BusMessage | undefined {
  let parts: unknown;
  try {
    parts = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts) || parts.length !== 8 || parts[0] !== MESSAGE_VERSION) return undefined;
  const [, publisher, sequence, written, keys, tags, patterns, swept] = parts;
  if (typeof publisher !== 'string' || !Number.isSafeInteger(sequence) || sequence < 1) return undefined;
  if (![written, keys, patterns, swept].every(areSpacedKeys) || !areTexts(tags)) return undefined;
  return { publisher, sequence, announcement: { written, keys, tags, patterns, swept } };
}

function areTexts(list: unknown): list is string[] {
  return Array.isArray(list) && list.every((item) => typeof item === 'string');
}

function areSpacedKeys(list: unknown): list is SpacedKey[] {
  return Array.isArray(list) && list.every((item) => areTexts(item) && item.length === 2);
}
