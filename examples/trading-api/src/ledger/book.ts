/** What a ledger keeps: something that happened once. */
export interface LedgerEntry {
  readonly id: string;
  /** ISO 8601 */
  readonly at: string;
}

/** Books of entries, newest first, each bounded to {@link BOOK_LENGTH}. */
export interface Ledger<Entry extends LedgerEntry> {
  /** @returns whether the entry outlives this process and other instances see it. */
  append(book: string, entry: Entry): Promise<boolean>;
  recent(book: string, limit: number): Promise<Entry[]>;
}

export const BOOK_LENGTH = 100;
