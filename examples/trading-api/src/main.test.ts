import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '@breakwater/testkit';
import { afterEach, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

interface Started {
  readonly process: ChildProcess;
  readonly output: () => string;
  readonly exitCode: Promise<number | null>;
}

const started: Started[] = [];
afterEach(() => {
  for (const { process } of started.splice(0)) process.kill('SIGKILL');
});

function start(env: NodeJS.ProcessEnv): Started {
  const child = spawn(process.execPath, ['--conditions=@breakwater/source', MAIN], {
    env: { PATH: process.env.PATH, BREAKWATER_REDIS_URL: 'off', ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  // Not at 'exit': its last words may come later.
  const exitCode = once(child, 'close').then(([code]) => code as number | null);
  const one = { process: child, output: () => output, exitCode };
  started.push(one);
  return one;
}

async function untilGreeting({ process: child, output }: Started): Promise<void> {
  while (!output().includes('Admin')) await once(child.stdout ?? child, 'data');
}

describe('npm start', () => {
  it('says where it listens and on which tiers, and ends on SIGTERM without a word', async () => {
    const port = await freePort();
    const api = start({ PORT: String(port) });
    await untilGreeting(api);
    expect(api.output()).toContain(`Breakwater trading API on http://localhost:${port}`);
    expect(api.output()).toContain('Tiers    memory only');
    expect((await fetch(`http://localhost:${port}/api/market/price/AAPL-USD`)).status).toBe(200);
    const greeting = api.output();
    api.process.kill('SIGTERM');
    expect(await api.exitCode).toBe(0);
    expect(api.output()).toBe(greeting);
  });

  it('ends with one clear line where a setting is wrong', async () => {
    const api = start({ PORT: 'http' });
    expect(await api.exitCode).toBe(1);
    expect(api.output()).toBe('PORT must be a whole number between 0 and 65535, got "http".\n');
  });

  it('ends with one clear line where the port is in use', async () => {
    const port = await freePort();
    await untilGreeting(start({ PORT: String(port) }));
    const second = start({ PORT: String(port) });
    expect(await second.exitCode).toBe(1);
    expect(second.output()).toBe('The port is in use: set PORT to another one, or stop what listens there.\n');
  });
});
