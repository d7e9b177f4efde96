import type { Header } from './handler-headers.ts';

/** A message's fields by name, lower case. A `Map` is one. */
export interface Fields {
  get(name: string): string | undefined;
  has(name: string): boolean;
}

interface ListedFields extends Fields {
  readonly list: readonly Header[];
}

/** Goes through the list each time: of so few fields, a map costs more than it saves. */
export function fieldsOf(list: readonly Header[]): Fields {
  const fields: ListedFields = { list, get: named, has: isNamed };
  return fields;
}

function named(this: ListedFields, name: string): string | undefined {
  for (const header of this.list) if (header[0] === name) return header[1];
  return undefined;
}

function isNamed(this: ListedFields, name: string): boolean {
  return this.list.some((header) => header[0] === name);
}
