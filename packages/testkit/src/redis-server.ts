import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

/** A real `redis-server` process of this test's own. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** SIGKILL: sockets die without a word, data in memory is lost. */
  kill(): Promise<void>;
  /** SIGSTOP: sockets stay open and silent. */
  freeze(): void;
  thaw(): void;
  /** The same port again, after `kill`. */
  restart(): Promise<void>;
  /** Ends the process and removes its folder. */
  stop(): Promise<void>;
}

const READY = 'Ready to accept connections';

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * Starts `redis-server` on a free loopback port and resolves when it answers.
 *
 * @param settings redis.conf settings over the defaults (no persistence, loopback only).
 * @throws when the binary is missing or the server ends before it is ready.
 */
export async function startRedis(settings: Record<string, string> = {}): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-redis-'));
  const wordsFor = (port: number) => {
    const all = { bind: '127.0.0.1', port: String(port), dir: folder, save: '', appendonly: 'no', ...settings };
    // `replicaof` takes two words, an empty `save` takes one empty word.
    return Object.entries(all).flatMap(([name, value]) => [`--${name}`, ...value.split(' ')]);
  };
  const launched = await launchOnFreePort((candidate) => launchServer(wordsFor(candidate), READY));
  const { port } = launched;
  let { server } = launched;

  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    kill: () => server.end(),
    freeze: () => void server.child.kill('SIGSTOP'),
    thaw: () => void server.child.kill('SIGCONT'),
    async restart() {
      server = await launchServer(wordsFor(port), READY);
    },
    async stop() {
      await server.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const PORTS_TRIED = 5;

/** A port that was free may be taken by the time the server binds it: with dozens of them at once, now and then one is. */
async function launchOnFreePort(
  launch: (port: number) => Promise<LaunchedServer>,
): Promise<{ readonly port: number; readonly server: LaunchedServer }> {
  for (let tried = 1; ; tried += 1) {
    const port = await freePort();
    try {
      return { port, server: await launch(port) };
    } catch (error) {
      if (tried === PORTS_TRIED || !String(error).includes('Address already in use')) throw error;
    }
  }
}

export interface LaunchedServer {
  readonly child: ChildProcess;
  /** SIGKILL, and gone when it resolves. */
  end(): Promise<void>;
}

/** Runs the `redis-server` binary and resolves once its log says `readyWhen`. */
export async function launchServer(words: readonly string[], readyWhen: string): Promise<LaunchedServer> {
  const child = spawn('redis-server', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  await new Promise<void>((resolve, reject) => {
    let log = '';
    child.once('error', reject);
    // Not at 'exit': the last words of its log may come later.
    child.once('close', () => reject(new Error(`redis-server ended before it was ready:\n${log}`)));
    child.stdout?.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      if (log.includes(readyWhen)) resolve();
    });
  });
  return {
    child,
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
