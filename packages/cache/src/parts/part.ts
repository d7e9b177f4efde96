import type { Codec } from '../codecs/codec.ts';
import type { Engine } from '../engine.ts';
import type { Invalidator } from '../invalidation/invalidate.ts';
import type { LoadOnce } from '../loading/load-once.ts';
import type { Policies } from '../options/policies.ts';
import { createHits } from './hits.ts';
import { createPartInvalidations, type PartInvalidations } from './part-invalidations.ts';
import { createPartLoads, type PartLoads } from './part-loads.ts';
import { createPartReads, type PartReads } from './part-reads.ts';
import { createPartTake, type PartTake } from './part-take.ts';
import { createPartWrites, type PartWrites } from './part-writes.ts';
import { createRequests } from './requests.ts';

/** The calls over one part's keys: the cache's own, or a space's. */
export type Part = PartReads & PartTake & PartLoads & PartWrites & PartInvalidations;

/** What all parts of a cache share beside the engine. */
export interface Paths {
  readonly policies: Policies;
  readonly loadOnce: LoadOnce;
  readonly invalidator: Invalidator;
}

export interface PartOptions {
  /** Empty for the cache itself. */
  readonly space: string;
  /** That of the values of a space; the cache's own are written with their policy's. */
  readonly codec: Codec<unknown> | undefined;
  readonly finds: 'fresh' | 'stale';
  /** Counts the calls that name no policy. */
  readonly policy: string;
}

export function createPart(engine: Engine, { policies, loadOnce, invalidator }: Paths, options: PartOptions): Part {
  const { space, codec, finds, policy } = options;
  const requests = createRequests(engine, { policies, space, codec, policy });
  const hits = createHits(engine, { space, codec, finds });
  return {
    ...createPartReads(engine, { space, requests, hits }),
    ...createPartTake(engine, { space, requests, hits, invalidator }),
    ...createPartLoads(engine, { space, requests, hits, loadOnce }),
    ...createPartWrites(engine, { requests, finds }),
    ...createPartInvalidations(engine, { space, requests, invalidator }),
  };
}
