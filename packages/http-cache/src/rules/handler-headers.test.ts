import { describe, expect, it } from 'vitest';
import { endToEnd, handlerHeaders } from './handler-headers.ts';

function response(headers: Record<string, string | string[] | number>) {
  return { getHeaderNames: () => Object.keys(headers), getHeader: (name: string) => headers[name] };
}

describe('handlerHeaders', () => {
  it('are those added or changed since the cache looked', () => {
    const now = response({ 'x-request-id': '1', 'x-price': 3, 'cache-control': 'public', link: ['<a>', '<b>'] });
    expect(handlerHeaders(now, { 'x-request-id': '1', 'cache-control': 'no-cache' })).toEqual([
      ['x-price', '3'],
      ['cache-control', 'public'],
      ['link', '<a>, <b>'],
    ]);
  });

  it('count a cookie added to earlier ones as the handler’s', () => {
    expect(handlerHeaders(response({ 'set-cookie': ['sid=1'] }), { 'set-cookie': ['sid=1'] })).toEqual([]);
    expect(handlerHeaders(response({ 'set-cookie': ['sid=1', 'a=2'] }), { 'set-cookie': ['sid=1'] })).toEqual([
      ['set-cookie', 'a=2'],
    ]);
  });

  it('are a line for each cookie, which may hold a comma', () => {
    const cookies = ['a=1; Expires=Sun, 06 Nov 1994 08:49:37 GMT', 'b=2'];
    expect(handlerHeaders(response({ 'set-cookie': cookies }), {})).toEqual([
      ['set-cookie', cookies[0]],
      ['set-cookie', cookies[1]],
    ]);
  });
});

describe('endToEnd', () => {
  it('drops the fields of one connection, and those that Connection names', () => {
    const kept = endToEnd([
      ['connection', 'close, X-Hop'],
      ['x-hop', '1'],
      ['transfer-encoding', 'chunked'],
      ['keep-alive', 'timeout=5'],
      ['proxy-authenticate', 'Basic'],
      ['content-type', 'text/plain'],
    ]);
    expect(kept).toEqual([['content-type', 'text/plain']]);
  });
});
