import { STATUS_CODES, validateHeaderName, validateHeaderValue } from 'node:http';
import type { HeadText, StoredResponse } from './entry.ts';

/** Fields that say something to node as well, and that hardly any response is stored with. */
const SAID_TO_NODE: ReadonlySet<string> = new Set([
  'connection',
  'content-disposition',
  'expect',
  'keep-alive',
  'trailer',
  'transfer-encoding',
]);

/** Kept from the first time on; `undefined` for a response whose head node has to make itself. */
export function headText(stored: StoredResponse): HeadText | undefined {
  stored.head ??= makeHeadText(stored) ?? 'node';
  return stored.head === 'node' ? undefined : stored.head;
}

export function isSaidToNode(name: string): boolean {
  return SAID_TO_NODE.has(name);
}

function makeHeadText({ status, headers }: StoredResponse): HeadText | undefined {
  // Its lack of a body is something that node only learns from its own way.
  if (status === 204) return undefined;
  const statusMessage = STATUS_CODES[status] ?? 'unknown';
  const lines = [`HTTP/1.1 ${status} ${statusMessage}\r\n`];
  const names = new Set<string>();
  let length: readonly string[] | undefined;
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] as string;
    const value = headers[index + 1] as string;
    if (isSaidToNode(name)) return undefined;
    validateHeaderName(name);
    validateHeaderValue(name, value);
    names.add(name);
    if (name === 'content-length') length = [name, value];
    else lines.push(`${name}: ${value}\r\n`);
  }
  return length && { statusMessage, lines: lines.join(''), names, length };
}
