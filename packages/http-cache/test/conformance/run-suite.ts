import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Profile } from './profiles.ts';
import type { Results } from './suite.ts';

export interface Run {
  readonly framework: 'express' | 'fastify';
  readonly profile: Profile['name'];
  readonly redisUrl?: string;
  /** These tests and no others. */
  readonly ids?: readonly string[];
}

/** Runs the suite in a process of its own: it keeps its results in its modules, and is for one run. */
export async function runInChild({ framework, profile, redisUrl = '', ids = [] }: Run): Promise<Results> {
  const child = spawn(
    process.execPath,
    [
      '--conditions=@breakwater/source',
      '--disable-warning=ExperimentalWarning',
      fileURLToPath(new URL('run.child.ts', import.meta.url)),
      framework,
      profile,
      redisUrl,
      ...ids,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return JSON.parse(output);
}
