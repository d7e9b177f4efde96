import { describe, expect, it } from 'vitest';
import { describedRequest } from './described-request.ts';

describe('a request that is described', () => {
  it.each([
    ['https://shop.example/a?b=1', {}, ['https', 'shop.example', '/a?b=1']],
    ['https://shop.example:8443?b=1#part', {}, ['https', 'shop.example:8443', '/?b=1']],
    ['https://SHOP.example/a/../b%2f;c', {}, ['https', 'shop.example', '/a/../b%2f;c']],
    ['/a?b=1', { Host: 'here:80' }, ['http', 'here:80', '/a?b=1']],
    ['/a?u=http://b/c', {}, ['http', undefined, '/a?u=http://b/c']],
  ])('by %s and %o', (url, headers, [protocol, host, originalUrl]) => {
    const request = describedRequest({ url, headers: headers as Record<string, string> });
    expect([request.protocol, request.headers.host, request.originalUrl]).toEqual([protocol, host, originalUrl]);
    expect(request.hostname).toBe(host?.replace(/:\d+$/, ''));
    expect(request.method).toBe('GET');
  });

  it('has what its framework would have put on it, and headers in lower case', () => {
    const request = describedRequest({
      url: '/a',
      method: 'head',
      headers: { 'Accept-Language': 'de' },
      request: { protocol: 'https', params: { id: '7' } },
    });
    expect(request).toMatchObject({ protocol: 'https', params: { id: '7' }, method: 'HEAD' });
    expect(request.headers).toEqual({ 'accept-language': 'de' });
  });

  it.each<[string, object]>([
    ['url', {}],
    ['url', { url: 'a' }],
    ['headers.x', { url: '/a', headers: { x: 1 } }],
    ['method', { url: '/a', method: '' }],
    ['request', { url: '/a', body: 'x' }],
  ])('refuses a wrong %s: %o', (option, asked) => {
    expect(() => describedRequest(asked as never)).toThrow(
      expect.objectContaining({ code: 'ERR_HTTP_CACHE_OPTION', option }),
    );
  });
});
