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
