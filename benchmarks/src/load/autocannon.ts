import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import autocannon from 'autocannon';
import type { Urls } from '../topic.ts';
import type { LoadGenerator } from './load-generator.ts';

/** autocannon, in this process: installed with the repo, so that the bench runs everywhere. */
export function createAutocannon(): LoadGenerator {
  const { version } = createRequire(import.meta.url)('autocannon/package.json') as { version: string };
  return {
    name: `autocannon ${version}`,
    async run({ url, connections, seconds, urls }) {
      const result = await autocannon({ url, connections, duration: seconds, requests: requestsOf(url, urls) });
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

function requestsOf(url: string, urls: Urls): readonly autocannon.Request[] {
  if (urls === 'same') return [{}];
  const { pathname } = new URL(url);
  if (urls === 'hundred') return Array.from({ length: 100 }, (_, of) => ({ path: `${pathname}?of=${of}` }));
  const path = `${pathname}?of=${randomUUID()}-`;
  let number = 0;
  return [
    {
      setupRequest(request) {
        number += 1;
        return { ...request, path: path + number };
      },
    },
  ];
}
