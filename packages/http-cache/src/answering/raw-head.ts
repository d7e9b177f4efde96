import { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';

/**
 * Where node's `writeHead` itself hands over a head, in every version so far: the status line as text, and whatever lines
 * stand behind it. It is no part of what node documents, so all of this package's use of it is here (docs/decisions/0045).
 */
type StoreHeader = (this: ServerResponse, lines: string, fields: readonly string[]) => void;

const storeHeader = trusted();

/** Whether {@link storeHead} can be called. */
export const takesHeadText = storeHeader !== undefined;

/**
 * Gives node the head of a response as the text that leaves. `writeHead` checks and joins each field anew, and where a single
 * header was set before, it takes a list by as many calls.
 *
 * @param lines status line and fields, each with its line end, with nothing in them that node would refuse.
 * @param fields that node has to be told apart: name, value.
 */
export function storeHead(
  response: ServerResponse,
  status: number,
  statusMessage: string,
  lines: string,
  fields: readonly string[],
): void {
  response.statusCode = status;
  response.statusMessage = statusMessage;
  storeHeader?.call(response, lines, fields);
}

/** The method, if node's own `writeHead` is in place and uses it, and the same bytes leave both ways. */
function trusted(): StoreHeader | undefined {
  const { _storeHeader: method } = ServerResponse.prototype as { readonly _storeHeader?: StoreHeader };
  // Who wrapped it for all responses, as monitoring agents do, is to see all heads.
  if (!method || !String(ServerResponse.prototype.writeHead).includes('_storeHeader')) return undefined;
  try {
    const written = leaving((response) => response.writeHead(200, ['x-tried', '1', 'content-length', '4']));
    const stored = leaving((response) =>
      method.call(response, 'HTTP/1.1 200 OK\r\nx-tried: 1\r\n', ['content-length', '4']),
    );
    return stored === written ? method : undefined;
  } catch {
    // It is not what it was.
    return undefined;
  }
}

function leaving(giveHead: (response: ServerResponse) => void): string {
  const sink = new PassThrough() as unknown as Socket;
  const response = new ServerResponse(new IncomingMessage(sink));
  response.assignSocket(sink);
  response.sendDate = false;
  giveHead(response);
  response.end('text', 'latin1');
  return String(sink.read());
}
