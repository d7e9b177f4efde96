import type { Codec } from '../codecs/codec.ts';
import { checks } from '../errors.ts';
import { checkName } from '../input.ts';

/** How the values of a space become bytes, and which of them its reads find. */
export interface SpaceOptions<Value> {
  readonly codec: Codec<Value>;
  /**
   * What reads of the space find. `'stale'`: also entries that are no longer fresh and not yet expired, for a caller that
   * decides for itself what to do with them; an entry's `freshUntilMs` says since when it is stale.
   * @default 'fresh'
   */
  readonly finds?: 'fresh' | 'stale';
}

export const SPACE_DEFAULTS = Object.freeze({ finds: 'fresh' }) satisfies Partial<SpaceOptions<unknown>>;

/** @throws OptionError `ERR_CACHE_OPTION`. */
export function resolveSpaceOptions(given: SpaceOptions<unknown>): Required<SpaceOptions<unknown>> {
  checks.known('options', given, ['codec', ...Object.keys(SPACE_DEFAULTS)]);
  const { codec, finds = SPACE_DEFAULTS.finds } = given;
  checkCodec(codec);
  return { codec, finds: checks.oneOf('finds', finds, ['fresh', 'stale']) };
}

function checkCodec(codec: Codec<unknown>): void {
  const given: Partial<Codec<unknown>> = codec ?? {};
  checkName('codec.name', given.name);
  checks.callable('codec.encode', given.encode);
  checks.callable('codec.decode', given.decode);
}
