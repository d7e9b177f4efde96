import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { eventually, freePort } from '@breakwater/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const source = new URL('../src/main.ts', import.meta.url);
let child: ChildProcess;
let url: string;

beforeAll(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  // A port nobody listens on: the quickstart must serve without any Redis.
  const environment = { PORT: String(port), REDIS_URL: `redis://127.0.0.1:${await freePort()}` };
  child = spawn(process.execPath, ['--conditions=@breakwater/source', source.pathname], {
    env: { ...process.env, ...environment },
    stdio: 'inherit',
  });
  await eventually(() => fetch(url), 20_000, 50);
});
afterAll(async () => {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
});

describe('the quickstart', () => {
  it('is what the README shows, word for word', async () => {
    const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8');
    const [, shown] = /```ts\n(.*?)```/s.exec(readme) ?? [];
    expect(shown).toBe(await readFile(source, 'utf8'));
  });

  it('answers the second request from memory, counts both, and forgets the price at once when it changes', async () => {
    const first = await fetch(`${url}/price/AAPL-USD`);
    expect(await first.json()).toMatchObject({ pair: 'AAPL-USD', price: 189.5 });
    const second = await fetch(`${url}/price/AAPL-USD`);
    expect(second.headers.get('cache-status')).toMatch(/; hit/);
    expect(second.headers.get('ratelimit')).toContain('r=');
    await fetch(`${url}/price/AAPL-USD/200`, { method: 'PUT' });
    const third = await fetch(`${url}/price/AAPL-USD`);
    expect(third.headers.get('cache-status')).not.toMatch(/; hit/);
    expect(await third.json()).toMatchObject({ price: 200 });
  });
});
