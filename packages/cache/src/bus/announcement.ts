/** A key with the name of its space. */
export type SpacedKey = readonly [space: string, key: string];

/** What others must hear of a change. */
export interface Announcement {
  /** Have a new value. */
  readonly written: readonly SpacedKey[];
  readonly keys: readonly SpacedKey[];
  readonly tags: readonly string[];
  readonly patterns: readonly SpacedKey[];
  /** Patterns that are through in Redis: what was read since their invalidation began may be from before it. */
  readonly swept: readonly SpacedKey[];
}

/** Every part with what its list may hold. A message names those that it has. */
const PARTS: Readonly<Record<keyof Announcement, (list: unknown) => boolean>> = {
  written: areSpacedKeys,
  keys: areSpacedKeys,
  tags: areTexts,
  patterns: areSpacedKeys,
  swept: areSpacedKeys,
};

/** Everything that was announced, in one. */
export function mergeAnnouncements(announcements: readonly Partial<Announcement>[]): Partial<Announcement> {
  const [first, ...others] = announcements;
  if (first && others.length === 0) return first;
  const merged: Record<string, unknown[]> = {};
  for (const announcement of announcements) {
    for (const [name, list] of Object.entries(announcement)) {
      merged[name] ??= [];
      merged[name].push(...list);
    }
  }
  return merged;
}

/** The announcement, or `undefined` where a part is unknown or malformed: it cannot be known what it says. */
export function unpackAnnouncement(packed: unknown): Announcement | undefined {
  if (typeof packed !== 'object' || packed === null || Array.isArray(packed)) return undefined;
  for (const [name, list] of Object.entries(packed)) {
    if (!Object.hasOwn(PARTS, name) || !PARTS[name as keyof Announcement](list)) return undefined;
  }
  return { written: [], keys: [], tags: [], patterns: [], swept: [], ...packed };
}

function areTexts(list: unknown): list is string[] {
  return Array.isArray(list) && list.every((item) => typeof item === 'string');
}

function areSpacedKeys(list: unknown): list is SpacedKey[] {
  return Array.isArray(list) && list.every((item) => areTexts(item) && item.length === 2);
}
