import type { StoredResponse } from './entry.ts';

/** With its head it is to fit into the 16 KB that node writes to a socket without an allocation. */
const LONGEST_TEXT_BYTES = 8192;

/** The body as Latin-1 text, a character a byte, kept from the first time on; `undefined` for one that is too large. */
export function bodyText(stored: StoredResponse): string | undefined {
  if (!isSentAsText(stored)) return undefined;
  stored.text ??= stored.body.toString('latin1');
  return stored.text;
}

/** Whether the body may come to be held twice. */
export function isSentAsText({ body }: StoredResponse): boolean {
  return body.length <= LONGEST_TEXT_BYTES;
}
