const PREFIX = 'wake ';

/**
 * Tells those who wait for the lease of `id` that it is over. It is no announcement and has no number: only Redis
 * knows whether anybody waits, and nothing is lost with it, since those who wait also poll.
 */
export function wakeMessage(id: string): string {
  return PREFIX + id;
}

/** The id, or `undefined` for any other message. */
export function wokenBy(text: string): string | undefined {
  return text.startsWith(PREFIX) ? text.slice(PREFIX.length) : undefined;
}
