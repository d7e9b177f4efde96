import { createRequire } from 'node:module';
import autocannon from 'autocannon';
import type { LoadGenerator } from './load-generator.ts';

/** autocannon, in this process: installed with the repo, so that the bench runs everywhere. */
export function createAutocannon(): LoadGenerator {
  const { version } = createRequire(import.meta.url)('autocannon/package.json') as { version: string };
  return {
    name: `autocannon ${version}`,
    async run({ url, connections, seconds }) {
      const result = await autocannon({ url, connections, duration: seconds });
      return {
        requests: result.requests.total,
        seconds: result.duration,
        bytes: result.throughput.total,
        // `errors` counts timeouts too.
        failures: result.non2xx + result.errors,
        latencyMs: { p50: result.latency.p50, p99: result.latency.p99 },
      };
    },
  };
}
