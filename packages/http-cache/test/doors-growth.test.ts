import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { Growth } from './growth.child.ts';

/** The URL's text alone, with its place in a table, is twice that; 32 bits of a key, that a budget counts, are half of it. */
const MOST_BYTES_A_URL = 60;

it('a hundred thousand URLs leave no record of each in the process, whatever is done with them', async () => {
  const child = fork(fileURLToPath(new URL('growth.child.ts', import.meta.url)), [], {
    execArgv: ['--conditions=@breakwater/source', '--expose-gc'],
  });
  const [growth] = (await once(child, 'message')) as [Growth];
  expect(Object.keys(growth)).toHaveLength(8);
  expect(Object.entries(growth).filter(([, bytes]) => bytes > MOST_BYTES_A_URL)).toEqual([]);
}, 180_000);
