import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { fileURLToPath } from 'node:url';
import { eventually } from '@breakwater/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { open, send } from './http-client.ts';
import type { Memory } from './memory.child.ts';

const MB = 1024 * 1024;

/** Two bodies of 50 MB, or what an endless stream makes, are far more; buffers of sockets and the cap of 1 MB are far less. */
const MOST_GROWTH_BYTES = 40 * MB;

let child: ChildProcess;
let url: string;

beforeAll(async () => {
  child = fork(fileURLToPath(new URL('memory.child.ts', import.meta.url)), [], {
    execArgv: ['--conditions=@breakwater/source', '--expose-gc'],
  });
  [url] = (await once(child, 'message')) as [string];
  // Code that is compiled at the first use is no growth.
  await send(`${url}/small`);
  await send(`${url}/small`);
});
afterAll(() => {
  child.disconnect();
});

async function memory(): Promise<Memory> {
  const told = once(child, 'message');
  child.send('memory');
  return ((await told) as [Memory])[0];
}

describe('the memory of a server with the cache', () => {
  it('does not grow by the bodies that are too large to be stored, which arrive whole', async () => {
    const before = await memory();
    const lengths = await Promise.all(['/large/1', '/large/2'].map(async (path) => lengthOf(await open(url + path))));
    expect(lengths).toEqual([50 * MB, 50 * MB]);
    expect((await memory()).peakBytes - before.peakBytes).toBeLessThan(MOST_GROWTH_BYTES);
    const again = await open(`${url}/large/1`);
    again.destroy();
    expect(again.headers['cache-status']).toBe('breakwater; fwd=bypass; detail=uncacheable');
  });

  it.each(['/events', '/endless'])(
    'does not grow by %s that its client does not read, and the source waits',
    async (path) => {
      const before = await memory();
      const response = await open(url + path);
      let madeBytes = 0;
      await eventually(async () => {
        const [one, other] = [await memory(), await memory()];
        madeBytes = one.madeBytes;
        return one.waiting === 1 && other.madeBytes === madeBytes;
      });
      // Node, the two sockets and the cache hold this much between them; from here on nothing moves.
      expect(madeBytes - before.madeBytes).toBeLessThan(MOST_GROWTH_BYTES);
      await readBytes(response, madeBytes - before.madeBytes);
      await eventually(async () => (await memory()).madeBytes > madeBytes);
      response.destroy();
      await eventually(async () => (await memory()).waiting === 0);
      expect((await memory()).peakBytes - before.peakBytes).toBeLessThan(MOST_GROWTH_BYTES);
    },
  );
});

async function lengthOf(response: IncomingMessage): Promise<number> {
  let length = 0;
  for await (const chunk of response) length += chunk.length;
  return length;
}

async function readBytes(response: IncomingMessage, bytes: number): Promise<void> {
  let read = 0;
  while (read < bytes) {
    const chunk = response.read();
    if (chunk === null) await once(response, 'readable');
    else read += chunk.length;
  }
}
