import type { Codec } from './codec.ts';
import { compactCodec } from './compact-codec.ts';
import { deepFreeze } from './deep-freeze.ts';
import { jsonCodec } from './json-codec.ts';

/** The codecs of the cache's own values, by their names in frames: whichever of them a policy writes, it reads all. */
export const OWN_CODECS = Object.freeze({ compact: compactCodec, json: jsonCodec });

export type OwnCodecName = keyof typeof OWN_CODECS;

/** Values of other codecs are theirs to freeze and to copy. */
export function isOwn(codec: Codec<unknown>): boolean {
  return codec === compactCodec || codec === jsonCodec;
}

export function freezeOwn(codec: Codec<unknown>, value: unknown): void {
  if (isOwn(codec)) deepFreeze(value);
}

/** What reads a frame that names `name`, where `codec` is what its key is written with. */
export function readerOf(codec: Codec<unknown>, name: string): Codec<unknown> | undefined {
  if (codec.name === name) return codec;
  return isOwn(codec) && Object.hasOwn(OWN_CODECS, name) ? OWN_CODECS[name as OwnCodecName] : undefined;
}
