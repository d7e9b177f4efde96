// The process of doors-growth.test.ts, whose heap holds nothing else.
import type { ServerResponse } from 'node:http';
import { createCache } from '@breakwater/cache';
import { createFloodedCache, type FloodedCache } from './flood/flooded-cache.ts';

/** By what is done with the requests: bytes that the heap has grown by, for each URL that was asked for. */
export type Growth = Readonly<Record<string, number>>;

/** As many as are remembered: what is bounded is full by then. */
const FIRST = 10_000;
/** With eight kinds a hundred thousand. */
const THEN = 12_500;

const cache = createCache({ memory: { maxSize: '1mb' } });
const options = { maxKeys: 1000, purge: () => true } as const;
const says = (control: string) => (response: ServerResponse) => {
  response.setHeader('Cache-Control', control);
  response.end('body');
};

type Ask = Parameters<FloodedCache['flood']>[0] extends Iterable<infer Asked> ? (url: string) => Asked : never;
const KINDS: readonly (readonly [kind: string, flooded: FloodedCache, ask: Ask])[] = [
  ['stored, or over budget', createFloodedCache(cache, options), (url) => [url]],
  ['not to be stored', createFloodedCache(cache, options, {}, says('no-store')), (url) => [url]],
  ['somebody’s own', createFloodedCache(cache, options), (url) => [url, { authorization: 'Basic YTpi' }]],
  ['ambiguous', createFloodedCache(cache, options), (url) => [`${url}/../a`]],
  ['the application’s own word', createFloodedCache(cache, options, 'none', says('s-maxage=60')), (url) => [url]],
  ['the application’s silence', createFloodedCache(cache, options, 'none'), (url) => [url]],
  ['changed', createFloodedCache(cache, options, 'none'), (url) => [url, {}, 'POST']],
  ['purged', createFloodedCache(cache, options, 'none'), (url) => [url, {}, 'PURGE']],
];

function heapBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

async function growthOf([kind, { flood }, ask]: (typeof KINDS)[number]): Promise<[string, number]> {
  const urls = (name: string, count: number) => Array.from({ length: count }, (_, index) => ask(`/${name}/${index}`));
  await flood(urls('first', FIRST));
  const before = heapBytes();
  await flood(urls('then', THEN));
  return [kind, (heapBytes() - before) / THEN];
}

const growth: [string, number][] = [];
for (const kind of KINDS) growth.push(await growthOf(kind));
process.send?.(Object.fromEntries(growth), () => process.exit());
