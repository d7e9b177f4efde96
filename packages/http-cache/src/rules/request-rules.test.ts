import { describe, expect, it } from 'vitest';
import { DEFAULTS } from '../options/options.ts';
import { isSafe, personalBypass, requestBypass, requestDirectives } from './request-rules.ts';

describe('requestBypass', () => {
  it.each([
    ['GET', {}, undefined],
    ['HEAD', {}, undefined],
    ['POST', {}, 'method'],
    ['OPTIONS', {}, 'method'],
    ['GET', { ':method': 'GET', ':authority': 'shop.example' }, 'http2'],
    ['GET', { range: 'bytes=0-1' }, undefined],
    ['GET', { 'if-match': '"a"' }, 'precondition'],
    ['GET', { 'if-unmodified-since': 'Sun, 06 Nov 1994 08:49:37 GMT' }, 'precondition'],
    ['GET', { 'content-length': '3' }, 'content'],
    ['GET', { 'transfer-encoding': 'chunked' }, 'content'],
    ['HEAD', { 'content-length': '3' }, 'content'],
    ['GET', { 'content-length': '0' }, undefined],
    ['GET', { 'cache-control': 'no-store' }, 'no-store'],
    ['GET', { 'cache-control': 'no-cache' }, undefined],
    ['GET', { 'if-none-match': '"a"' }, undefined],
  ])('%s with %o: %s', (method, headers, reason) => {
    expect(requestBypass(method, headers, requestDirectives(headers))).toBe(reason);
  });

  it('knows the safe methods', () => {
    expect(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'POST', 'PUT', 'PATCH', 'DELETE', 'PURGE'].filter(isSafe)).toEqual([
      'GET',
      'HEAD',
      'OPTIONS',
      'TRACE',
    ]);
  });
});

describe('personalBypass', () => {
  const cookie = { originalMaxAge: null };
  const cases: [string, object, Record<string, string>, string | undefined][] = [
    ['a request of nobody', {}, {}, undefined],
    ['an Authorization header', {}, { authorization: 'Bearer x' }, 'authorization'],
    ['a session that holds a user', { session: { cookie, user: 1 } }, {}, 'session'],
    ['an empty session', { session: { cookie } }, {}, undefined],
    ['an empty session under its cookie', { session: { cookie } }, { cookie: 'connect.sid=x' }, undefined],
    ['a user who was found out by other means than a session', { user: { id: 1 } }, {}, 'user'],
    ['a user beside an empty session', { user: 'ada', session: { cookie } }, {}, 'user'],
    ['a place for a user, and nobody there', { user: null }, {}, undefined],
    ['a session that tells what it holds', { session: { changed: false, data: () => ({ id: 1 }) } }, {}, 'session'],
    ['one that tells that it holds nothing', { session: { changed: false, data: () => ({}) } }, {}, undefined],
    ['a session that was destroyed', { session: null }, {}, undefined],
    ['a session cookie without its middleware', {}, { cookie: 'theme=dark; connect.sid=s%3Ax' }, 'session'],
    ['a cookie of another kind', {}, { cookie: '_ga=1; theme=dark' }, undefined],
  ];
  it.each(cases)('%s', (_name, request, headers, reason) => {
    expect(personalBypass(request, headers, DEFAULTS.sessionCookies)).toBe(reason);
  });

  it.each([
    'connect.sid',
    'sessionId',
    'session',
    'PHPSESSID',
    'JSESSIONID',
    'sid',
    '__Host-sid',
    'jwt',
    'access_token',
    'authjs.session-token',
    'XSRF-TOKEN',
  ])('takes the cookie %s for a login', (name) => {
    expect(personalBypass({}, { cookie: `a=1; ${name}=x` }, DEFAULTS.sessionCookies)).toBe('session');
  });

  it('reads the names of cookies, not their values', () => {
    expect(personalBypass({}, { cookie: 'a=session' }, DEFAULTS.sessionCookies)).toBeUndefined();
  });
});

describe('requestDirectives', () => {
  it('reads Pragma only where there is no Cache-Control', () => {
    expect(requestDirectives({ pragma: 'no-cache' }).has('no-cache')).toBe(true);
    expect(requestDirectives({ pragma: 'no-cache', 'cache-control': 'max-age=5' }).has('no-cache')).toBe(false);
  });
});
