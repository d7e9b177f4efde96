import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { Report } from '../growth.child.ts';
import { useRedis } from '../use-redis.ts';

const instances = useRedis();

/** A key's text alone takes 240. What is bounded is more or less full at times, which comes to less than 100. */
const MOST_BYTES_A_KEY = 150;

it('a hundred thousand keys leave no record of each, in the process or in Redis, whatever is done with them', async () => {
  const child = fork(fileURLToPath(new URL('../growth.child.ts', import.meta.url)), [instances.server.url], {
    execArgv: ['--conditions=@breakwater/source', '--expose-gc'],
  });
  const [{ growth, left }] = (await once(child, 'message')) as [Report];
  expect(growth).toHaveLength(7);
  expect(growth.filter(({ bytesAKey }) => bytesAKey > MOST_BYTES_A_KEY)).toEqual([]);
  expect(growth.filter(({ keysInRedis, withTtl }) => keysInRedis === 0 || withTtl !== keysInRedis)).toEqual([]);
  // Generations outlive what stands on them, by a day at least.
  expect(left.filter((key) => !key.startsWith('bw:1:app:tag:{'))).toEqual([]);
}, 180_000);
