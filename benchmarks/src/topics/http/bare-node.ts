import { serve } from '@breakwater/testkit';
import type { RunCount } from '../../topic.ts';
import { BODY, CONTENT_TYPE } from './quotes.ts';

/** The cheapest way Node has: the whole head in one call, as a flat list, with the length known. */
export async function serveBareNode(handler: RunCount): Promise<string> {
  const head = ['Content-Type', CONTENT_TYPE, 'Content-Length', String(BODY.byteLength)];
  const { url } = await serve((_request, response) => {
    handler.runs += 1;
    response.writeHead(200, head).end(BODY);
  });
  return url;
}
