import { BOOK_LENGTH, type Ledger, type LedgerEntry } from './book.ts';

/** Ends with its process, so nothing in it is durable. */
export function createMemoryLedger<Entry extends LedgerEntry>(): Ledger<Entry> {
  const books = new Map<string, Entry[]>();
  return {
    async append(book, entry) {
      books.set(book, [entry, ...(books.get(book) ?? [])].slice(0, BOOK_LENGTH));
      return false;
    },
    async recent(book, limit) {
      return (books.get(book) ?? []).slice(0, limit);
    },
  };
}
