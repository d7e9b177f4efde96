import { ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const own = Object.getOwnPropertyDescriptors(ServerResponse.prototype);
const parent = Object.getPrototypeOf(ServerResponse.prototype) as { _storeHeader?: unknown };
const { _storeHeader: stores } = parent;

beforeEach(() => vi.resetModules());
afterEach(() => {
  Object.defineProperty(ServerResponse.prototype, 'writeHead', own.writeHead);
  parent._storeHeader = stores;
});

async function takesHeadText(): Promise<boolean> {
  return (await import('./raw-head.ts')).takesHeadText;
}

it('heads are given to node as text where its own writeHead is in place', async () => {
  expect(await takesHeadText()).toBe(true);
});

it('they are not where somebody wrapped writeHead for all responses', async () => {
  const { writeHead } = ServerResponse.prototype;
  ServerResponse.prototype.writeHead = function writeHeadAndLook(this: ServerResponse, ...head: unknown[]) {
    return Reflect.apply(writeHead, this, head);
  } as typeof writeHead;
  expect(await takesHeadText()).toBe(false);
});

it.each<[string, unknown]>([
  ['is gone', undefined],
  [
    'throws',
    () => {
      throw new TypeError('other arguments');
    },
  ],
  [
    'leaves out what stands behind the status line',
    function storeLess(this: ServerResponse, lines: string, fields: readonly string[]) {
      Reflect.apply(stores as () => void, this, [`${lines.split('\r\n', 1)}\r\n`, fields]);
    },
  ],
])('they are not where what takes them %s', async (_what, method) => {
  parent._storeHeader = method;
  expect(await takesHeadText()).toBe(false);
});
