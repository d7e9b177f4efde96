/** One entry's name in both tiers. */
export interface Address {
  /** The space's name, empty for the cache itself. */
  readonly space: string;
  readonly key: string;
  /** The key in this process's tables. */
  readonly id: string;
}

// Keys have no control characters, so no key of the cache itself looks like one of a space.
const SEPARATOR = '\u001f';

/** What is no text is looked up as it is, and not found: it is checked behind that. */
export function idOf(space: string, key: string): string {
  return space === '' || typeof key !== 'string' ? key : `${space}${SEPARATOR}${key}`;
}

/** Of what is no entry, among the ids of entries: a tag, another key in Redis. No space has an empty name, so it is nobody else's. */
export function idBesideEntries(name: string): string {
  return SEPARATOR + name;
}

export function addressOf(space: string, key: string): Address {
  return { space, key, id: idOf(space, key) };
}

/** The key of an id that belongs to `space`, `undefined` for another's. */
export function keyIn(space: string, id: string): string | undefined {
  if (space === '') return id.includes(SEPARATOR) ? undefined : id;
  return id.startsWith(space) && id[space.length] === SEPARATOR ? id.slice(space.length + 1) : undefined;
}
