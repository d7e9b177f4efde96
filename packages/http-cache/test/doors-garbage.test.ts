import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { Garbage } from './garbage.child.ts';

/** A request with its response is 10 KB here, and leaves all of them or next to nothing. */
const MOST_LEFT_BYTES = 4000;

it('a miss is forgotten by young collections: what the cache puts on its response does not make it old', async () => {
  const child = fork(fileURLToPath(new URL('garbage.child.ts', import.meta.url)), [], {
    execArgv: ['--conditions=@breakwater/source', '--expose-gc'],
  });
  const [garbage] = (await once(child, 'message')) as [Garbage];
  // What is not to happen, and that it would be seen. Where node no longer does this, all of it may go.
  expect(garbage.method).toBeGreaterThan(2 * MOST_LEFT_BYTES);
  expect(garbage.teed).toBeLessThan(MOST_LEFT_BYTES);
  expect(garbage.miss).toBeLessThan(MOST_LEFT_BYTES);
});
