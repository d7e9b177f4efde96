import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startRedis } from '@breakwater/testkit';

/** The `redis-server` of one topic's run; all its cases talk to the same one. */
export interface BenchRedis {
  readonly url: string;
  /** With its version, as it stands beside the results. */
  readonly name: string;
  stop(): Promise<void>;
}

export async function startBenchRedis(): Promise<BenchRedis> {
  const { stdout } = await promisify(execFile)('redis-server', ['--version']);
  const { url, stop } = await startRedis();
  return { url, name: `Redis ${/v=(\S+)/.exec(stdout)?.[1] ?? '(unknown version)'} on loopback`, stop };
}
