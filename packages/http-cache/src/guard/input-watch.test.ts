import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { watchInputs } from './input-watch.ts';

function createRequest() {
  const raw = new IncomingMessage(new Socket());
  raw.headers = { host: 'here', cookie: 'a=1' };
  return Object.assign(raw, { session: { user: 'ada' } as unknown });
}

it('notes headers that are read, asked for, or read though absent, and the session', () => {
  const request = createRequest();
  const watch = watchInputs(request, request);
  expect(request.headers.cookie).toBe('a=1');
  expect('x-asked' in request.headers).toBe(false);
  expect(request.headers['x-absent']).toBeUndefined();
  expect(request.session).toEqual({ user: 'ada' });
  expect([...watch.read].sort()).toEqual(['cookie', 'session', 'x-absent', 'x-asked']);
});

const everything = ['cookie', 'host'];
it.each<[string, (request: ReturnType<typeof createRequest>) => unknown, readonly string[]]>([
  ['lists them', ({ headers }) => Object.keys(headers), everything],
  ['copies them', ({ headers }) => ({ ...headers }), everything],
  ['walks through them', ({ headers }) => Object.entries(headers), everything],
  ['asks whether one is there', ({ headers }) => Object.hasOwn(headers, 'x-asked'), ['x-asked']],
  ['reads them as they were sent', ({ rawHeaders }) => rawHeaders, everything],
  ['reads each line of them', ({ headersDistinct }) => headersDistinct, everything],
  ['reads cookies that were parsed before', (request) => Reflect.get(request, 'cookies'), ['cookie']],
  ['reads cookies that were verified before', (request) => Reflect.get(request, 'signedCookies'), ['cookie']],
  ['reads a user', (request) => Reflect.get(request, 'user'), ['user']],
  ['reads a session that a function tells', (request) => Reflect.get(request, 'session'), ['session']],
])('notes what is read where a handler %s', (_what, read, noted) => {
  const request = Object.assign(createRequest(), { cookies: {}, signedCookies: {}, user: 'ada' });
  let session: unknown = 'of a getter';
  const accessor = {
    configurable: true,
    get: () => session,
    set: (next: unknown) => {
      session = next;
    },
  };
  Object.defineProperty(request, 'session', accessor);
  const watch = watchInputs(request, request);
  read(request);
  expect([...watch.read].sort()).toEqual(noted);
  request.session = 'written';
  expect([session, request.session]).toEqual(['written', 'written']);
  watch.stop();
  expect(Object.getOwnPropertyDescriptor(request, 'session')).toMatchObject(accessor);
});

it('notes of what is read when the handler has answered all but the session and its cookie', () => {
  const request = Object.assign(createRequest(), { user: 'ada' });
  const watch = watchInputs(request, request);
  watch.answered();
  void [request.session, request.headers.cookie, request.user, request.headers['accept-language']];
  expect([...watch.read].sort()).toEqual(['accept-language', 'user']);
});

it('leaves the request as it was, with what was written meanwhile', () => {
  const request = createRequest();
  const { headers } = request;
  const watch = watchInputs(request, request);
  request.session = 'another';
  request.headers['x-added'] = '1';
  watch.stop();
  expect(request.headers).toBe(headers);
  expect(headers['x-added']).toBe('1');
  expect(Object.getOwnPropertyDescriptor(request, 'session')).toMatchObject({ value: 'another', writable: true });
  expect(watch.read.size).toBe(0);
});

it('watches no session where there is none, or where it is not to be touched', () => {
  const request = Object.defineProperty(createRequest(), 'session', { value: 1, configurable: false });
  watchInputs(request, request).stop();
  expect(watchInputs(new IncomingMessage(new Socket()), {}).read.size).toBe(0);
});
