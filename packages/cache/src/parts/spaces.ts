import type { Engine } from '../engine.ts';
import { spaceTakenError } from '../errors.ts';
import { checkName } from '../input.ts';
import { createWalks, type Walked, type Walks } from '../inspection/create-walks.ts';
import { resolveSpaceOptions, type SpaceOptions } from '../options/space-options.ts';
import { createPart, type Part, type Paths } from './part.ts';
import { createPartAtOnce, type PartAtOnce } from './part-at-once.ts';

/** A part of the cache with keys and a codec of its own. */
export type Space = Part & Walks & { readonly atOnce: PartAtOnce | undefined };

/** The spaces of a cache that are open, by name. */
export interface Spaces {
  /**
   * The same space for the same name, codec and reads.
   *
   * @throws OptionError `ERR_CACHE_OPTION`, also for a name that is open with other options.
   */
  open(name: string, given: SpaceOptions<unknown>): Space;
  /** Those of all parts: the cache itself has the empty one. */
  names(): readonly string[];
}

interface OpenSpace {
  readonly codec: string;
  readonly finds: string;
  readonly space: Space;
}

export function createSpaces(engine: Engine, paths: Paths, walked: Walked): Spaces {
  const spaces = new Map<string, OpenSpace>();

  return {
    open(name, given) {
      const { codec, finds } = resolveSpaceOptions(given);
      const open = spaces.get(name);
      if (open?.codec === codec.name && open.finds === finds) return open.space;
      if (open) throw spaceTakenError(name);
      paths.policies.declare(checkName('space', name));
      const options = { space: name, codec, finds, policy: name };
      const part = createPart(engine, paths, options);
      const atOnce = engine.redis
        ? undefined
        : createPartAtOnce(engine, part, { ...options, policies: paths.policies });
      const space = { ...part, ...createWalks(engine, walked, name), atOnce };
      spaces.set(name, { codec: codec.name, finds, space });
      return space;
    },
    names: () => ['', ...spaces.keys()],
  };
}
