import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FaultProxy } from '@breakwater/testkit';
import type { Operation } from './history.ts';
import { readJournal } from './journal.ts';

/** Processes that work with one cache at random, each over a network of its own. */
export interface Fleet {
  /** SIGKILL, whatever it is at; another one begins in its place. */
  replace(place: number): Promise<void>;
  /** Resolves when every process hears the others. */
  ready(): Promise<void>;
  /** Lets them end what they are at, and resolves with what all have done, those that were killed too. */
  stop(): Promise<Operation[]>;
  end(): void;
}

export interface FleetOptions {
  /** One for each process. */
  readonly proxies: readonly FaultProxy[];
  readonly sourceUrl: string;
  readonly seed: number;
  /** Says of invalidations that were never made that they were: what comes of it must be found. */
  readonly lies?: boolean;
}

interface Worker {
  readonly child: ChildProcess;
  readonly ready: Promise<unknown>;
  readonly ended: Promise<unknown[]>;
}

export function startFleet({ proxies, sourceUrl, seed, lies = false }: FleetOptions): Fleet {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-history-'));
  const journals: string[] = [];

  function start({ url }: FaultProxy): Worker {
    const by = journals.length;
    const journal = join(folder, String(by));
    journals.push(journal);
    // A process may be killed before it does anything.
    writeFileSync(journal, '');
    const words = [url, sourceUrl, journal, String(seed), String(by), lies ? 'lies' : ''];
    const child = fork(fileURLToPath(new URL('worker.child.ts', import.meta.url)), words, {
      execArgv: ['--conditions=@breakwater/source'],
    });
    const ended = once(child, 'exit');
    return { child, ready: Promise.race([once(child, 'message'), ended]), ended };
  }

  const workers = proxies.map(start);

  return {
    async replace(place) {
      const worker = workers[place];
      const proxy = proxies[place];
      if (!worker || !proxy) throw new Error(`There is no process at ${place}.`);
      worker.child.kill('SIGKILL');
      await worker.ended;
      workers[place] = start(proxy);
    },
    async ready() {
      await Promise.all(workers.map(({ ready }) => ready));
    },
    async stop() {
      for (const { child } of workers) if (child.connected) child.send('stop');
      for (const { ended } of workers) {
        const [code] = await ended;
        if (code !== 0) throw new Error(`A process ended by itself, with ${code}.`);
      }
      return journals.flatMap(readJournal);
    },
    end() {
      for (const { child } of workers) child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
