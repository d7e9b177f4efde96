import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startFaultProxy, startRedis } from '@breakwater/testkit';
import { describe, expect, it } from 'vitest';

/** 300 is the long run of docs/redis-pool.md. */
const SECONDS = Number(process.env.OUTAGE_SECONDS ?? 15);
const COMMANDS_PER_SECOND = 1000;
/** By then code is compiled and every structure has its size. */
const WARM_AFTER_S = Math.max(5, SECONDS / 10);
/** A command that left as little as its promise would cost more: 10,000 of 100 bytes are 1 MB. */
const GROWTH_BYTES = 512 * 1024;

interface Report {
  readonly heapUsed: number;
  readonly dataBytes: number;
  readonly rss: number;
  readonly commands: number;
  readonly inFlight: number;
  readonly settled: number;
  readonly answered: number;
}

/** A second each, and the last after the pool was closed. */
async function runOutage(url: string): Promise<Report[]> {
  const child = fork(fileURLToPath(new URL('outage-memory.child.ts', import.meta.url)), [url, String(SECONDS)], {
    execArgv: ['--expose-gc', '--conditions=@breakwater/source'],
  });
  const reports: Report[] = [];
  child.on('message', (report: Report) => reports.push(report));
  const [exitCode] = await once(child, 'exit');
  expect(exitCode).toBe(0);
  return reports;
}

describe('the memory of a pool at 1,000 commands a second', () => {
  it.concurrent.each(['is gone', 'is silent', 'accepts connections and never answers'])(
    'stays flat while Redis %s',
    { timeout: (SECONDS + 90) * 1000 },
    async (outage) => {
      const server = await startRedis();
      const proxy = await startFaultProxy(server.port);
      if (outage === 'is gone') await server.kill();
      if (outage === 'is silent') server.freeze();
      if (outage.startsWith('accepts')) proxy.inject({ kind: 'black-hole' });
      const reports = await runOutage(outage.startsWith('accepts') ? proxy.url : server.url);
      await proxy.close();
      await server.stop();

      const last = reports.at(-1);
      expect(last).toMatchObject({ answered: 0, inFlight: 0, settled: last?.commands });
      expect(last?.commands).toBeGreaterThan(SECONDS * COMMANDS_PER_SECOND * 0.9);
      // The lowest of some seconds: what waits for its deadline just then is no growth.
      const lowest = (some: readonly Report[]) => Math.min(...some.map(({ dataBytes }) => dataBytes));
      const warm = lowest(reports.slice(WARM_AFTER_S - 2, WARM_AFTER_S + 1));
      const end = lowest(reports.slice(-4, -1));
      const growth = end - warm;
      console.info(
        `Redis ${outage}: ${last?.commands} commands, ${warm} bytes after ${WARM_AFTER_S} s, ${growth} more at the end`,
      );
      expect(growth).toBeLessThan(GROWTH_BYTES);
    },
  );
});
