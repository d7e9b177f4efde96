import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Results } from './suite.ts';

/** A cache whose results the suite's authors published with it. */
export interface Published {
  readonly name: string;
  readonly version: string;
  readonly results: Results;
}

const CACHES = [
  ['nginx', '1.18.0', 'nginx'],
  ['Varnish', '6.4.0', 'varnish'],
  ['Squid', '4.13', 'squid'],
  ['Apache httpd', '2.4.46', 'apache'],
  ['Traffic Server', '8.0.8', 'trafficserver'],
  ['Fastly', '2019-06-05', 'fastly'],
] as const;

const require = createRequire(import.meta.url);

export const PUBLISHED: readonly Published[] = CACHES.map(([name, version, file]) => ({
  name,
  version,
  results: JSON.parse(readFileSync(require.resolve(`http-cache-tests/results/${file}.json`), 'utf8')),
}));
