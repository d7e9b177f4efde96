import { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStoredResponse, type ResponseFacts } from '../stored/entry.ts';
import { takesHeadText } from './raw-head.ts';
import { sendStored } from './send-stored.ts';

type Prepare = (response: ServerResponse) => unknown;

interface Shape {
  readonly request?: { readonly method?: string; readonly version?: '1.0' | '1.1'; readonly headers?: object };
  readonly stored?: Partial<ResponseFacts>;
  /** What ran before the cache. */
  readonly prepare?: Prepare;
}

const DATE = 'Sat, 21 Nov 2026 11:00:00 GMT';
const ETAG = ['etag', '"a"'];

/** What leaves, and whether its head was text. */
function sent({ request = {}, stored = {}, prepare = () => {} }: Shape, wrap: Prepare = () => {}) {
  const sink = new PassThrough() as unknown as Socket;
  const { method = 'GET', version = '1.1', headers = {} } = request;
  const [major, minor] = version.split('.').map(Number) as [number, number];
  const asked = Object.assign(new IncomingMessage(sink), { method, httpVersionMajor: major, httpVersionMinor: minor });
  Object.assign(asked.headers, headers);
  const response = new ServerResponse(asked);
  // As a server does it that keeps connections.
  response.shouldKeepAlive = version === '1.1';
  Object.assign(response, { _keepAliveTimeout: 5000 });
  response.assignSocket(sink);
  prepare(response);
  wrap(response);
  const body = stored.body ?? Buffer.from('caf\u00e9');
  const facts = { status: 200, hasOwnTag: false, clientSeconds: undefined, initialAgeMs: 0, body };
  const fields = stored.headers ?? ['content-type', 'text/plain', ...ETAG, 'date', DATE];
  const length = (stored.status ?? 200) === 204 ? [] : ['content-length', String(body.length)];
  const reuse = { lifetimeMs: 60_000, staleWhileRevalidateMs: 0, staleIfErrorMs: 0, validation: 'none' } as const;
  const entry = createStoredResponse({ ...facts, reuse, ...stored, headers: [...fields, ...length] });
  const moment = { ageSeconds: 7, cacheStatus: 'breakwater; hit; ttl=53; detail=memory' };
  sendStored(response, entry, moment, method !== 'HEAD');
  const bytes = String((sink as unknown as PassThrough).read()?.toString('latin1'));
  const [head = '', content] = bytes.split('\r\n\r\n', 2);
  const [status, ...lines] = head.split('\r\n');
  // Their order, and the case of their names, say nothing (RFC 9110 §5.1, §5.3).
  const named = lines.map((line) => line.replace(/^[^:]+/, (name) => name.toLowerCase())).sort();
  const { statusCode, statusMessage, shouldKeepAlive } = response;
  return {
    left: {
      status,
      lines: named,
      content,
      statusCode,
      statusMessage,
      shouldKeepAlive,
      last: Reflect.get(response, '_last'),
    },
    isText: response.headersSent && !response.hasHeader('cache-status'),
  };
}

/** Somebody stands between: node is given field by field. */
const fieldByField: Prepare = (response) => {
  const { setHeader } = response;
  response.setHeader = function setAndLook(name, value) {
    return Reflect.apply(setHeader, response, [name, value]);
  };
};

const set =
  (...headers: readonly (readonly [string, string | number | readonly string[]])[]): Prepare =>
  (response) => {
    for (const [name, value] of headers) response.setHeader(name, value);
  };

const named = (response: ServerResponse) => response.setHeader('X-Powered-By', 'Express');

describe('a head that is sent as text', () => {
  it('is what node of this version takes', () => {
    expect(takesHeadText).toBe(true);
  });

  it.each<[string, Shape]>([
    ['with nothing set before', {}],
    ['with a framework’s name set before', { prepare: set(['X-Powered-By', 'Express']) }],
    ['with a number set before', { prepare: set(['X-RateLimit-Remaining', 12]) }],
    ['with fields set before that are stored, too', { prepare: set(['ETag', '"b"'], ['Age', '99'], ['Date', 'then']) }],
    ['with a length set before', { prepare: set(['Content-Length', 1]) }],
    ['with a Vary set before, and none stored', { prepare: set(['Vary', 'Origin']) }],
    ['to a HEAD', { request: { method: 'HEAD' } }],
    ['to HTTP/1.0', { request: { version: '1.0' }, prepare: set(['X-Powered-By', 'Express']) }],
    [
      'where the connection is not kept',
      { prepare: (response) => Object.assign(response, { shouldKeepAlive: false }) },
    ],
    ['where no Date is to be sent', { prepare: (response) => Object.assign(response, { sendDate: false }) }],
    ['where somebody removed the Date', { prepare: (response) => response.removeHeader('Date') }],
    ['where somebody removed the length', { prepare: (response) => response.removeHeader('Content-Length') }],
    ['where somebody removed Connection', { prepare: (response) => response.removeHeader('Connection') }],
    ['of another status', { stored: { status: 404 } }],
    ['of a status without a name', { stored: { status: 499 } }],
    ['of an empty body', { stored: { body: Buffer.alloc(0) } }],
    ['of a body that is sent as bytes', { stored: { body: Buffer.alloc(9000, 'x') } }],
    [
      'with bytes beyond ASCII in a field',
      { stored: { headers: ['content-type', 'text/plain', 'x-name', 'caf\u00e9'] } },
    ],
    ['without a stored Date', { stored: { headers: ['content-type', 'text/plain'] } }],
    ['with cookies that are stored', { stored: { headers: ['set-cookie', 'a=1', 'set-cookie', 'b=2'] } }],
    ['with a lifetime that clients are told at each age', { stored: { clientSeconds: 5 } }],
    ['and another one set before', { stored: { clientSeconds: 5 }, prepare: set(['Cache-Control', 'no-store']) }],
  ])('leaves as by node’s own calls %s', (_what, shape) => {
    const text = sent(shape);
    expect(text.isText).toBe(true);
    expect(text.left).toEqual(sent(shape, fieldByField).left);
  });

  it.each<[string, Shape]>([
    ['a cookie set before', { prepare: set(['Set-Cookie', 'sid=1']) }],
    ['cookies set before', { prepare: set(['Set-Cookie', ['sid=1', 'b=2']]) }],
    ['another cache’s word set before', { prepare: set(['Cache-Status', 'inner; hit']) }],
    ['a field of several lines set before', { prepare: set(['Link', ['<a>', '<b>']]) }],
    [
      'a Vary both set before and stored',
      { stored: { headers: ['vary', 'Accept'] }, prepare: set(['Vary', 'Origin']) },
    ],
    ['a connection that somebody closes', { prepare: set(['Connection', 'close']) }],
    ['a coding of its own', { prepare: set(['Transfer-Encoding', 'chunked']) }],
    ['a Date set before, and none stored', { stored: { headers: [] }, prepare: set(['Date', DATE]) }],
    [
      'a message of somebody’s own',
      { prepare: (response) => Object.assign(named(response), { statusMessage: 'Fine' }) },
    ],
    ['an expectation', { request: { headers: { expect: '100-continue' } }, prepare: named }],
    ['no content', { stored: { status: 204, body: Buffer.alloc(0) }, prepare: named }],
    [
      'a name for the file',
      { stored: { headers: ['content-disposition', 'attachment; filename="caf\u00e9"'] }, prepare: named },
    ],
  ])('is none with %s, which node is to see', (_what, shape) => {
    const plain = sent(shape);
    expect(plain.isText).toBe(false);
    expect(plain.left).toEqual(sent(shape, fieldByField).left);
  });

  it('is none where somebody wrapped the response to see its head', () => {
    expect(sent({}, fieldByField).isText).toBe(false);
  });

  const NAMES = ['X-A', 'vary', 'ETag', 'Cache-Control', 'Connection', 'Keep-Alive', 'Set-Cookie', 'Date', 'Link'];
  const earlier = fc.dictionary(
    fc.constantFrom(...NAMES),
    fc.oneof(fc.constantFrom('close', 'keep-alive', DATE, 'a, b'), fc.constant(['one', 'two'])),
  );
  const fields = fc.dictionary(fc.constantFrom('x-a', 'vary', 'etag', 'date', 'link'), fc.constant(DATE));
  const request = fc.record({ method: fc.constantFrom('GET', 'HEAD'), version: fc.constantFrom('1.0', '1.1') });

  it('leaves as by node’s own calls, whatever was set before and whatever is stored', () => {
    fc.assert(
      fc.property(
        earlier,
        fields,
        request,
        fc.option(fc.nat(9), { nil: undefined }),
        (before, kept, asked, seconds) => {
          const stored = { headers: Object.entries(kept).flat(), clientSeconds: seconds };
          const shape = {
            request: asked as Shape['request'] & object,
            stored,
            prepare: set(...Object.entries(before)),
          };
          expect(sent(shape).left).toEqual(sent(shape, fieldByField).left);
        },
      ),
    );
  });
});
