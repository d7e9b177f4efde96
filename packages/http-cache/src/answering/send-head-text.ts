import type { ServerResponse } from 'node:http';
import { headerText } from '../rules/handler-headers.ts';
import type { HeadText, Moment, StoredResponse } from '../stored/entry.ts';
import { headText, isSaidToNode } from '../stored/head-text.ts';
import { storeHead, takesHeadText } from './raw-head.ts';
import { isNodesOwn } from './send-body.ts';
import { toldAt } from './told-at.ts';

/**
 * Sends the head of a whole stored response as text, prepared for as long as it says the same, with the headers that were
 * set before.
 *
 * @returns `false` where node has to make it from its fields; then nothing was done.
 */
export function sendHeadText(response: ServerResponse, stored: StoredResponse, moment: Moment): boolean {
  if (!takesHeadText || response.headersSent || !isNodesOwn(response)) return false;
  // Whoever awaits a 100 may have its connection closed, and a message of somebody's own stands in the status line.
  if (response.req.headers.expect !== undefined || response.statusMessage) return false;
  const head = headText(stored);
  const control = toldAt(stored, moment.ageSeconds);
  const earlier = head && earlierLines(response, head, control !== undefined);
  if (!head || earlier === undefined) return false;
  moment.lines ??= [head.lines, `age: ${moment.ageSeconds}\r\n`, `cache-status: ${moment.cacheStatus}\r\n`].join('');
  const told = control === undefined ? '' : `cache-control: ${control}\r\n`;
  if (head.names.has('date')) response.sendDate = false;
  storeHead(response, stored.status, head.statusMessage, moment.lines + told + earlier, head.length);
  return true;
}

/** Of those set before, what stays beside the stored fields; `undefined` where one is to be merged, or tells node something. */
function earlierLines(response: ServerResponse, { names }: HeadText, isControlTold: boolean): string | undefined {
  let lines = '';
  for (const name of response.getHeaderNames()) {
    if (isMerged(name, names) || isSaidToNode(name)) return undefined;
    if (names.has(name) || name === 'age' || (isControlTold && name === 'cache-control')) continue;
    const value = response.getHeader(name);
    // Each of them is a line, or they are one, as the server was told.
    if (value === undefined || Array.isArray(value) || name === 'date') return undefined;
    lines += `${name}: ${headerText(value)}\r\n`;
  }
  return lines;
}

function isMerged(name: string, stored: ReadonlySet<string>): boolean {
  return name === 'set-cookie' || name === 'cache-status' || (name === 'vary' && stored.has(name));
}
