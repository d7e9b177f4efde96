import { execFile, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { LoadGenerator, LoadReport } from './load-generator.ts';

const REPORT_SCRIPT = fileURLToPath(new URL('./wrk-report.lua', import.meta.url));
const WRK = 'wrk';
const runFile = promisify(execFile);

/** wrk as a load generator, or `undefined` where it is not on the PATH. */
export function findWrk(): LoadGenerator | undefined {
  const asked = spawnSync(WRK, ['-v'], { encoding: 'utf8' });
  if (asked.error) return undefined;
  const version = /\d+\.\d+\.\d+/.exec(asked.stdout)?.[0] ?? '(unknown version)';
  return {
    name: `wrk ${version}`,
    async run({ url, connections, seconds, urls }) {
      const limits = ['--threads', '1', '--connections', `${connections}`, '--duration', `${seconds}s`];
      const { stdout } = await runFile(WRK, [...limits, '--script', REPORT_SCRIPT, url, '--', urls, randomUUID()]);
      // The script's line comes last, after the report for people.
      return JSON.parse(stdout.trimEnd().split('\n').at(-1) as string) as LoadReport;
    },
  };
}
