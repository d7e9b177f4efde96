import type { HttpCacheOptions } from '../../src/index.ts';

/** How the gateway's cache is set. */
export interface Profile {
  readonly name: 'suite' | 'safe';
  readonly options: Pick<HttpCacheOptions, 'clientDirectives' | 'origin' | 'variants'>;
}

export const PROFILES: Readonly<Record<Profile['name'], Profile>> = {
  suite: {
    name: 'suite',
    options: {
      clientDirectives: 'honour',
      // What the suite's origin answers in.
      variants: { 'accept-language': ['de', 'en'] },
      origin: {
        trust: 'heuristic',
        targetFields: ['cdn-cache-control'],
        authorization: 'rfc9111',
        setCookie: 'store',
        staleIfError: '1m',
      },
    },
  },
  safe: { name: 'safe', options: {} },
};
